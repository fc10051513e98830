// Looks at pages of the bundle in a browser, and prints what is wrong with them,
// one finding on a line. Usage: node look.mjs CHROMIUM FOLDER PAGE…, with pictures
// left in the folder unless it is empty.
// What is wrong with the tool itself ends it with an error.
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const [executablePath, folder, ...pages] = process.argv.slice(2)
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })

// A window of 1280 pixels at 400 % is 320 pixels wide (WCAG 2.2, 1.4.10).
// Dark and forced colours change colours and nothing else: there, only what
// depends on them is looked at.
const views = {
  wide: { viewport: { width: 1280, height: 900 } },
  'zoom 400%': { viewport: { width: 320, height: 225 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  'forced colours': { viewport: { width: 1280, height: 900 }, forcedColors: 'active' }
}

for (const file of pages) {
  let name = 'wide'
  const say = (...words) => console.log(basename(file), `[${name}]`, ...words)
  // Script is off in the page's world; what we evaluate runs all the same.
  const context = await browser.newContext({ ...views.wide, bypassCSP: false })
  const page = await context.newPage()
  page.on('request', r => { if (r.url() !== page.url() && !r.url().startsWith('file:')) say('requests', r.url()) })
  page.on('console', m => { if (m.type() === 'error') say('console:', m.text()) })
  page.on('pageerror', e => say('error:', e.message))
  const requests = []
  page.on('request', r => requests.push(r.url()))
  await page.goto(pathToFileURL(file).href)
  // To read axe takes longer than to run it on most pages: the views are of one page.
  await page.evaluate(axe)
  for (const [view, { viewport, ...media }] of Object.entries(views)) {
    name = view
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media })

    // A contrast of forced colours is the choice of who forces them.
    if (name !== 'forced colours') {
      const rules = name === 'dark' ? ['color-contrast', 'link-in-text-block'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
      const result = await page.evaluate(runOnly => window.axe.run(document, { runOnly, resultTypes: ['violations'] }), rules)
      for (const v of result.violations) say('axe', v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200))
      if (result.passes.length < (name === 'dark' ? 1 : 10)) say('axe looked at almost nothing')
    }

    const wide = await page.evaluate(() => {
      const root = document.scrollingElement
      const out = [...document.querySelectorAll('body *')].filter(e => !e.closest('caption,.skip,thead') && e.getBoundingClientRect().right > root.clientWidth + 1)
      return root.scrollWidth > root.clientWidth ? out.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).concat(String(root.scrollWidth)) : []
    })
    for (const e of wide) say('scrolls sideways:', e)

    const missing = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(a.getAttribute('href').slice(1))).map(a => a.outerHTML))
    for (const m of missing) say('leads nowhere:', m)

    if (name !== 'dark') await keyboard(page, say)
    if (folder && name === 'wide') {
      await page.screenshot({ path: join(folder, basename(file) + '.png') })
      await page.pdf({ path: join(folder, basename(file) + '.pdf'), preferCSSPageSize: true })
    }
  }
  if (requests.length !== 1) say('makes', requests.length, 'requests')
  await context.close()
}
await browser.close()

// keyboard walks through the page with Tab: everything that can have the focus
// gets it, in the order of the page, and shows it. Where another walk ended, the
// next would go on: the body has the focus for a moment.
async function keyboard (page, say) {
  const want = await page.evaluate(() => document.querySelectorAll('a[href],[tabindex="0"]').length)
  await page.evaluate(() => { const b = document.body; b.tabIndex = -1; b.focus(); b.blur(); b.removeAttribute('tabindex'); window.scrollTo(0, 0) })
  let last = -1
  for (let i = 0; i < want; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const e = document.activeElement
      const s = getComputedStyle(e)
      const box = e.getBoundingClientRect()
      return {
        index: [...document.querySelectorAll('a[href],[tabindex="0"]')].indexOf(e),
        // The browser's own ring is as wide as the browser wants it, whatever it says.
        shown: s.outlineStyle === 'auto' || s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        html: e.outerHTML.slice(0, 120)
      }
    })
    if (at.index !== last + 1) { say('keyboard: from', last, 'to', at.index, at.html); return }
    if (!at.shown) say('keyboard: no visible focus', at.html)
    if (!at.inside) say('keyboard: focus outside the window', at.html)
    last = at.index
  }
}
