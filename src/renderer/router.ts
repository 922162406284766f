// Addresses of the views. The hash carries them, so that they work under any protocol and without a server's help.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    area: 'datasets' | 'studies' | 'compare' | 'structure' | 'reports' | 'settings' | 'about'
    steady?: boolean // one view for all addresses of the route: it is not built anew for another parameter
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/datasets' },
  {
    path: '/datasets',
    name: 'datasets',
    component: () => import('./views/Datasets.vue'),
    meta: { title: 'Datasets', area: 'datasets' },
  },
  {
    path: '/datasets/import',
    name: 'import',
    component: () => import('./views/ImportPreview.vue'),
    meta: { title: 'Import', area: 'datasets' },
  },
  {
    path: '/datasets/:id',
    name: 'dataset',
    component: () => import('./views/Dataset.vue'),
    props: true,
    meta: { title: 'Dataset', area: 'datasets' },
  },
  {
    path: '/studies',
    name: 'studies',
    component: () => import('./views/Studies.vue'),
    meta: { title: 'Studies', area: 'studies' },
  },
  {
    path: '/studies/new',
    name: 'new-study',
    component: () => import('./views/NewStudy.vue'),
    meta: { title: 'New study', area: 'studies' },
  },
  {
    path: '/studies/:id',
    name: 'study',
    component: () => import('./views/Study.vue'),
    props: true,
    meta: { title: 'Study', area: 'studies' },
  },
  {
    path: '/compare',
    name: 'compare',
    component: () => import('./views/Compare.vue'),
    meta: { title: 'Compare', area: 'compare' },
  },
  {
    path: '/structure/:run?',
    name: 'structure',
    component: () => import('./views/Structure.vue'),
    props: true,
    meta: { title: 'Structure', area: 'structure', steady: true },
  },
  {
    path: '/structure/:run/pruning',
    name: 'insight',
    component: () => import('./views/Insight.vue'),
    props: true,
    meta: { title: 'What pruning did', area: 'structure', steady: true },
  },
  {
    path: '/reports',
    name: 'reports',
    component: () => import('./views/Reports.vue'),
    meta: { title: 'Reports', area: 'reports' },
  },
  {
    path: '/report/:study',
    name: 'report',
    component: () => import('./views/Report.vue'),
    props: true,
    meta: { title: 'Report', area: 'reports' },
  },
  {
    path: '/settings',
    name: 'settings',
    component: () => import('./views/Settings.vue'),
    meta: { title: 'Settings', area: 'settings' },
  },
  {
    path: '/about',
    name: 'about',
    component: () => import('./views/About.vue'),
    meta: { title: 'About', area: 'about' },
  },
  {
    path: '/:rest(.*)*',
    name: 'lost',
    component: () => import('./views/Lost.vue'),
    meta: { title: 'Not found', area: 'datasets' },
  },
]

export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  // A slider that changes the address many times a second stays where it is.
  scrollBehavior: (to, from, saved) =>
    to.meta.steady && to.name === from.name ? false : (saved ?? { top: 0 }),
})
