// Starts the interface.
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { z } from 'zod'
import App from './App.vue'
import { adoptLibraryStyles } from './adopt-styles.ts'
import { router } from './router.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/symbols.css'

// The content security policy forbids the code generation zod would use to be faster.
z.config({ jitless: true })
adoptLibraryStyles()

createApp(App).use(createPinia()).use(router).mount('#app')
