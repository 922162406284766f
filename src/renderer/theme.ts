// The component library dressed in our tokens. Values repeat styles/tokens.css because the library computes with them.
import { darkTheme, lightTheme, type GlobalTheme, type GlobalThemeOverrides } from 'naive-ui'

export type Appearance = 'light' | 'dark'

/** What `system` means now. */
export function systemAppearance(): Appearance {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function libraryTheme(appearance: Appearance): GlobalTheme {
  return appearance === 'dark' ? darkTheme : lightTheme
}

const colours = {
  light: {
    accent: '#3451c6',
    accentHover: '#2a44ad',
    text: '#1b1c1e',
    text2: '#4d5157',
    text3: '#686d74',
    border: '#e3e3df',
    control: '#c8c8c2',
    bg: '#ffffff',
    hover: '#f0f0ed',
    header: '#f8f8f6',
    danger: '#b3261e',
    ok: '#1f7a3f',
    warn: '#8a5a00',
  },
  dark: {
    accent: '#93a8ff',
    accentHover: '#aebeff',
    text: '#e9e9e7',
    text2: '#b9bdc3',
    text3: '#959ba3',
    border: '#2d3034',
    control: '#474c52',
    bg: '#17181a',
    hover: '#26292c',
    header: '#1c1e20',
    danger: '#ff938a',
    ok: '#6cc48a',
    warn: '#e0b04c',
  },
} as const

export function libraryOverrides(appearance: Appearance): GlobalThemeOverrides {
  const c = colours[appearance]
  const font = getComputedStyle(document.documentElement)
  const flat = '0 0 0 0 transparent'
  const popup = appearance === 'dark' ? '0 4px 16px rgba(0,0,0,.5)' : '0 4px 16px rgba(0,0,0,.12)'
  return {
    common: {
      fontFamily: font.getPropertyValue('--font').trim(),
      fontFamilyMono: font.getPropertyValue('--mono').trim(),
      fontSize: '13px',
      fontSizeMini: '12px',
      fontSizeTiny: '12px',
      fontSizeSmall: '13px',
      fontSizeMedium: '13px',
      fontSizeLarge: '13px',
      lineHeight: '1.45',
      heightMini: '20px',
      heightTiny: '24px',
      heightSmall: '26px',
      heightMedium: '28px',
      heightLarge: '32px',
      borderRadius: '4px',
      borderRadiusSmall: '3px',
      fontWeightStrong: '600',
      primaryColor: c.accent,
      primaryColorHover: c.accentHover,
      primaryColorPressed: c.accent,
      primaryColorSuppl: c.accent,
      infoColor: c.accent,
      infoColorHover: c.accentHover,
      infoColorPressed: c.accent,
      infoColorSuppl: c.accent,
      errorColor: c.danger,
      errorColorHover: c.danger,
      errorColorPressed: c.danger,
      errorColorSuppl: c.danger,
      successColor: c.ok,
      successColorHover: c.ok,
      successColorPressed: c.ok,
      successColorSuppl: c.ok,
      warningColor: c.warn,
      warningColorHover: c.warn,
      warningColorPressed: c.warn,
      warningColorSuppl: c.warn,
      textColorBase: c.text,
      textColor1: c.text,
      textColor2: c.text,
      textColor3: c.text3,
      placeholderColor: c.text3,
      borderColor: c.control,
      dividerColor: c.border,
      bodyColor: c.bg,
      cardColor: c.bg,
      modalColor: c.bg,
      popoverColor: c.bg,
      tableColor: c.bg,
      inputColor: c.bg,
      hoverColor: c.hover,
      tableHeaderColor: c.header,
      tableColorHover: c.hover,
      actionColor: c.header,
      boxShadow1: flat,
      boxShadow2: popup,
      boxShadow3: popup,
    },
    Input: { border: `1px solid ${c.control}` },
    InternalSelection: { border: `1px solid ${c.control}` },
    Radio: {
      buttonColorActive: c.bg,
      buttonTextColorActive: c.accent,
      buttonBorderColorActive: c.accent,
      buttonBorderColor: c.control,
      buttonColor: c.bg,
    },
    Button: { paddingMedium: '0 12px', paddingSmall: '0 10px', paddingTiny: '0 8px', fontWeight: '500' },
    DataTable: {
      thPaddingMedium: '0 10px',
      tdPaddingMedium: '0 10px',
      thPaddingSmall: '5px 10px',
      tdPaddingSmall: '5px 10px',
      thFontWeight: '500',
      thTextColor: c.text3,
      thColor: c.bg,
      thColorModal: c.bg,
      borderColor: c.border,
      borderRadius: '4px',
      tdTextColor: c.text,
    },
    Tooltip: {
      color: appearance === 'dark' ? '#303338' : '#26282b',
      textColor: '#ffffff',
      padding: '5px 8px',
      boxShadow: flat,
    },
    Popover: { padding: '0', borderRadius: '6px' },
    Card: { paddingMedium: '16px', titleFontSizeMedium: '14px', titleFontWeight: '600', borderRadius: '6px' },
    Form: {
      labelFontSizeTopMedium: '12px',
      labelTextColor: c.text2,
      labelHeightMedium: '20px',
      labelPaddingVertical: '0 0 2px 0',
    },
    Dropdown: { optionHeightMedium: '28px', fontSizeMedium: '13px', padding: '4px' },
    Progress: { railHeight: '4px' },
  }
}
