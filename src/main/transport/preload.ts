// The preload script of the window: exposes `window.lacuna` and nothing else. Runs sandboxed, as CommonJS.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createBridge } from './bridge.ts'

const bridge = createBridge({
  invoke: (channel, message) => ipcRenderer.invoke(channel, message),
  on: (channel, listener) => ipcRenderer.on(channel, listener),
  off: (channel, listener) => ipcRenderer.off(channel, listener),
  getPathForFile: (file) => webUtils.getPathForFile(file),
})

contextBridge.exposeInMainWorld('lacuna', bridge)
