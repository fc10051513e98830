// Walks through the desk in a browser as four people do, in one language, with
// JavaScript off but for what is better with it, and prints what is wrong with each page, one finding on a line.
// Usage: node desk.mjs CHROMIUM FOLDER ADDRESS CLOCK LANGUAGE DUMP [pictures]
// CLOCK is an address that lets time pass at the desk. DUMP is a file that can be handed in. With "pictures", pictures of the pages
// are left in the folder.
import { createRequire } from 'node:module'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ends } from './session.mjs'

const [executablePath, folder, address, clock, language, dump, pictures] = process.argv.slice(2)
// The pages are the same in both languages but for their words: what depends on
// anything else is looked at once.
const thorough = language === 'nl'
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const say = (...words) => console.log(`[${language}]`, ...words)
// What the machine is busy with beside this is not what is tested.
const patience = 120_000
const wide = { width: 1280, height: 900 }

// A list to file: one line is right, one double, one wrong.
const list = `name;addresses;received;channel
Jan Jansen;j.jansen@voorbeeld.example;2026-03-05;letter
Priya de Jong;P.de.Jong@voorbeeld.example;5-3-2026;mail
Een heel lange naam van iemand;;5-3-2026;oral
`

// Each person has a browser of their own, as at work.
async function person (n) {
  const context = await browser.newContext({ viewport: wide, javaScriptEnabled: false, locale: language, acceptDownloads: true })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  page.on('request', r => { if (!r.url().startsWith(address)) say('requests', r.url()) })
  page.on('console', m => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) say('console:', m.text()) })
  await page.goto(address + '/')
  await signIn(page, n)
  return page
}

async function signIn (page, n) {
  await page.locator('.desk-person').nth(n).click()
  await page.locator('main button').click()
}

// look checks a page: nothing that axe calls a violation, nothing that scrolls
// sideways at 400 %, everything reachable with the keyboard, forced colours too.
// axe needs timers, which a browser without script has not: it looks at what stands
// in the page in a twin of the browser, which is one for all pages, as what answers
// a form, or is shown once, is not at its address any more.
const twin = await (async () => {
  const context = await browser.newContext({ viewport: wide, locale: language })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  await page.goto(address + '/guides')
  await page.evaluate(axe) // once: to read it takes longer than most pages do, and the window outlives what is set in it
  return page
})()
const seen = new Set()
async function look (page, name) {
  if (seen.has(name)) return
  seen.add(name)
  await picture(page, name)
  const words = await page.locator('body').innerText()
  if (/[‹›{}]|undefined|<no value>/.test(words)) say(name, 'a text is missing:', words.match(/.{0,30}[‹›{}].{0,30}/)?.[0])
  await twin.setContent(await page.content())
  if (await twin.title() !== await page.title()) say(name, 'the twin is another page')
  for (const [view, size] of [['wide', wide], ['small', { width: 320, height: 640 }]]) {
    await twin.setViewportSize(size)
    if (view === 'small' && !thorough) { await sideways(twin, name, view); continue }
    const result = await twin.evaluate(() => window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'], preload: { assets: ['media'] }
    }))
    for (const v of result.violations) say(name, view, 'axe', v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary.slice(0, 300))
    if (result.passes.length < 10) say(name, view, 'axe looked at almost nothing')
    await sideways(twin, name, view)
    if (view === 'small') await picture(twin, `${name}-${view}`)
  }
  if (thorough) {
    await twin.setViewportSize(wide)
    await twin.emulateMedia({ forcedColors: 'active' })
    await picture(twin, `${name}-forced`)
    await keyboard(twin, name)
    await twin.emulateMedia({ forcedColors: null })
  }
}

async function picture (page, name) {
  if (pictures) await page.screenshot({ path: join(folder, `${language}-${name}.png`), fullPage: true })
}

async function sideways (page, name, view) {
  const root = await page.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth])
  if (root[0] > root[1]) say(name, view, 'scrolls sideways:', root)
}

// keyboard walks through the page with Tab: everything that can have the focus
// gets it, in the order of the page, and shows it.
async function keyboard (page, name) {
  const all = 'a[href],button,select,textarea,summary,[tabindex="0"],input:not([type=hidden])'
  const want = await page.evaluate(q => [...document.querySelectorAll(q)].filter(e => e.checkVisibility()).length, all)
  await page.evaluate(() => { window.scrollTo(0, 0); document.activeElement.blur() })
  for (let i = 0; i < want; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(q => {
      const e = document.activeElement
      const s = getComputedStyle(e)
      return {
        index: [...document.querySelectorAll(q)].filter(e => e.checkVisibility()).indexOf(e),
        date: e.type === 'date',
        shown: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
        html: e.outerHTML.slice(0, 120)
      }
    }, all)
    if (at.date && at.index === i - 1) { i--; continue } // day, month and year are a stop each
    if (at.index !== i) { say(name, 'keyboard: at', at.index, 'instead of', i, at.html); return }
    if (!at.shown) say(name, 'keyboard: no visible focus', at.html)
  }
}

// until loads a page again until it has what is waited for.
async function until (page, selector) {
  for (let i = 0; i < 120; i++) {
    if (await page.locator(selector).count()) return
    await page.waitForTimeout(250)
    await page.reload()
  }
  say('never came:', selector, await page.locator('main').innerText())
  process.exit(1)
}

// inPieces hands in two files with script. The first is of no use, which keeps the
// other from nothing. Of that one, in pieces, the connection breaks at the first
// and the answer to the last is lost; what arrives is the file, and who sent it is
// told to look.
async function inPieces (files, data) {
  const context = await browser.newContext({ viewport: wide, locale: language, storageState: await employee.context().storageState() })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  page.on('pageerror', e => say('script:', e.message))
  let pieces = 0
  await page.route('**/uploads/*', async route => {
    const piece = route.request().method() === 'PATCH' && ++pieces
    if (piece === 5) await route.fetch()
    return piece === 2 || piece === 5 ? route.abort() : route.continue()
  })
  await page.goto(files)
  await page.locator('form[data-uploads]').evaluate((form, size) => Object.assign(form.dataset, { resume: 1, piece: size }), Math.ceil(data.length / 3))
  await page.locator('#file').setInputFiles([
    { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no dump') }, { name: 'viewer.csv', mimeType: 'text/csv', buffer: data }
  ])
  await page.locator('form[enctype] button').click()
  const sum = createHash('sha256').update(data).digest('hex')
  await page.locator('tr', { hasText: 'viewer.csv' }).getByText(sum).waitFor()
  for (const words of ['Wij herkennen dit bestand niet.', 'Ons antwoord kwam niet bij u aan.']) await page.getByRole('alert').getByText(words).waitFor()
  if (pieces !== 5) say('sent in', pieces, 'pieces, want one, and three and one again')
  await context.close()
  await employee.goto(files)
  await look(employee, 'files')
}

// live opens a page of a case with script, which is never loaded again.
async function live (whose, url) {
  const context = await browser.newContext({ viewport: wide, locale: language, storageState: await whose.context().storageState() })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  page.on('pageerror', e => say('script:', e.message))
  page.on('console', m => { if (m.type() === 'error') say('console:', m.text()) })
  page.on('framenavigated', () => { if (page.marked) say('loaded again:', url) })
  await page.goto(url)
  page.marked = true
  return page
}

// The one who asks.
const begun = Date.now()
const employee = await (async () => {
  const context = await browser.newContext({ viewport: wide, javaScriptEnabled: false, locale: language, acceptDownloads: true })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  page.on('request', r => { if (!r.url().startsWith(address)) say('requests', r.url()) })
  await page.goto(address + '/')
  await look(page, 'sign-in')
  await page.locator('.desk-person').nth(0).click()
  await look(page, 'sign-in-link')
  const link = page.url()
  await page.locator('main button').click()
  const other = await (await browser.newContext({ javaScriptEnabled: false, locale: language, viewport: wide })).newPage()
  await other.goto(link)
  await look(other, 'sign-in-gone')
  return page
})()
await look(employee, 'requests-none')
await employee.locator('main a.nl-button').click() // one
await look(employee, 'ask')
const ask = employee.url()
await employee.locator('main button').click() // two
const own = employee.url()
const number = own.split('/').pop()
await look(employee, 'request-begun')
await employee.goto(own + '/files')
await employee.locator('#file').setInputFiles({ name: 'vakantie.png', mimeType: 'image/png', buffer: Buffer.from('no dump') })
await employee.locator('form[enctype] button').click()
await look(employee, 'files-refused')
if (thorough) await inPieces(own + '/files', await readFile(dump))
await employee.goto(own)
await employee.locator('#question').fill('Krijg ik ook wat Teams over mij vastlegt?')
await employee.locator('form[action$=question] button').click()
await employee.locator('.desk-said').waitFor() // a browser cannot go back from a page that is on its way
// Back to the form, or in a second tab: sent once more, it is one question.
await employee.goBack()
await employee.locator('#question').fill('Krijg ik ook wat Teams over mij vastlegt?')
await employee.locator('form[action$=question] button').click()
const tab = await employee.context().newPage()
await tab.goto(own)
await tab.locator('#question').fill('Krijg ik ook wat Teams over mij vastlegt?')
await tab.locator('form[action$=question] button').click()
if (await tab.locator('.desk-said').count() !== 1) say('one question, sent again:', await tab.locator('.desk-said').count())
await tab.close()
await employee.goto(ask) // asking again leads to the same request
if (employee.url() !== own) say('asked twice:', employee.url())
await employee.goto(address + '/requests')
await look(employee, 'requests')

// The administrator.
const admin = await person(3)
await look(admin, 'cases')
await admin.goto(`${address}/cases/${number}`)
await until(admin, 'button[value=released]')
await admin.locator('summary').first().click()
await look(admin, 'case-review') // with what a program prepared
const stale = await admin.context().newPage()
await stale.goto(admin.url())
await admin.locator('button[name=confirm]').click() // takes that over
if (await admin.locator('button[name=confirm]').count()) say('a program and one person decide')
const late = stale.waitForResponse(r => r.request().method() === 'POST')
await stale.locator('button[name=confirm]').click()
if ((await late).status() !== 409) say('a stale page:', (await late).status())
await look(stale, 'conflict')
await stale.close()
// The same pages with script, which tell what happens from here on.
const watching = thorough ? [await live(employee, own), await live(admin, admin.url())] : []
if (thorough && await watching[0].locator('form[action$=bundle]').count()) say('released already')
await admin.locator('#answer').fill('Ja. Het staat op het blad Tijdlijn.')
await admin.locator('form[action$=answer] button').click()
await admin.locator('button[value=released]').click()
await look(admin, 'case-proposed')
if (await admin.locator('button[name=confirm]').count()) say('the maker can confirm')
await admin.goto(`${address}/cases/${number}/sample`)
if (!await admin.locator('tbody tr').count()) say('the sample has no rows')
await look(admin, 'sample')
await admin.goto(`${address}/intake`)
await admin.locator('#addresses').fill('geen adres')
await admin.locator('#received').fill('2026-03-05')
await admin.locator('form[action="/intake"] button').click()
await look(admin, 'intake-wrong')
await admin.locator('#addresses').fill('p.de.jong@voorbeeld.example')
await admin.locator('form[action="/intake"] button').click()
await look(admin, 'case-identity')
await admin.goto(`${address}/intake/list`)
await admin.locator('#list').setInputFiles({ name: 'lijst.csv', mimeType: 'text/csv', buffer: Buffer.from(list) })
await admin.locator('form[enctype] button').click()
await look(admin, 'list-read')
await admin.locator('form[action$="/file"] button').click()
await look(admin, 'list-filed')
await admin.goto(`${address}/oversight`)
await look(admin, 'forbidden')
await admin.goto(`${address}/cases/2026-nothing`)
await look(admin, 'not-found')
await admin.goto(`${address}/cases?show=extended`)
await look(admin, 'cases-none')

const away = await person(3) // the administrator on another computer
await admin.goto(address + '/sign-ins')
await look(admin, 'sign-ins')
await admin.locator('button[value=others]').click()
await look(admin, 'sign-ins-ended')
await away.goto(address + '/cases')
if (!away.url().includes('/sign-in')) say('a sign-in that was ended opens', away.url())
await away.context().close()

// Somebody else.
const stranger = await person(1)
const denied = await stranger.goto(own)
if (denied.status() !== 403) say('the case of another:', denied.status())

// The second reader.
const reader = await person(4)
await reader.goto(`${address}/cases/${number}`)
await look(reader, 'case-reader')
await reader.locator('form[action$=decline]', { has: reader.locator('button[value=extended]') }).locator('button').click()
if (await reader.locator('button[name=confirm]').count() !== 1) say('declining one declines another')
const [read] = await Promise.all([reader.waitForEvent('download'), reader.locator('form[action$=content] button').click()])
if (!await read.path()) say('the reader got nothing')
await reader.locator('button[name=confirm]').click()
await look(reader, 'case-released')
if (thorough) { // nobody touched these
  await watching[0].locator('form[action$=bundle] button').waitFor()
  await watching[1].locator('.desk-live p').waitFor()
  await watching[1].locator('[data-part=state]', { hasText: await reader.locator('[data-part=state]').innerText() }).waitFor()
  await look(watching[0], 'request-live')
  await look(watching[1], 'case-live')
  for (const page of watching) await page.context().close()
}

// The data protection officer.
const officer = await person(5)
await look(officer, 'oversight')
await officer.goto(`${address}/oversight/${number}`)
await look(officer, 'oversight-case')
await officer.goto(`${address}/oversight`)
await officer.locator('form[action="/oversight"] button').click()
await look(officer, 'ledger-checked')
await officer.goto(`${address}/oversight/calendar`)
await officer.locator('button[value=make]').click()
await look(officer, 'calendar')
for (const page of thorough ? ['promises', 'advice'] : []) {
  await officer.goto(`${address}/${page}`)
  await look(officer, page)
}
await officer.goto(`${address}/guides`)
await look(officer, 'guides')
for (const guide of thorough ? ['employee', 'admin', 'dpo'] : ['employee']) {
  await officer.goto(`${address}/guides/${guide}`)
  await look(officer, `guide-${guide}`)
}

// The one who asked gets it, after a fresh sign-in: a slow machine has used it up.
if (Date.now() - begun > 8 * 60_000) {
  await employee.goto(address + '/sign-in')
  await signIn(employee, 0)
}
await employee.goto(own)
await look(employee, 'request-ready')
const [bundle] = await Promise.all([employee.waitForEvent('download'), employee.locator('form[action$=bundle] button').click()])
await bundle.saveAs(join(folder, `${language}-bundle.zip`))
await employee.reload()
await look(employee, 'request-delivered')
for (const what of ['wrong', 'unclear', 'unclear']) { // the last is a double
  await employee.locator('#event').fill('mail_action · MarkMessageAsRead')
  await employee.locator('#what').selectOption(what)
  await employee.locator('form[action$=mark] button').click()
}
if (await employee.locator('#marks ~ ul li.desk-words').count() !== 2) say('marked:', await employee.locator('main').innerText())
await look(employee, 'request-marked')
await officer.goto(`${address}/catalog`)
if (await officer.locator('tbody tr').count() < 2) say('the work on the catalog has no rows')
await look(officer, 'catalog')

// Last, as time passes for all of them.
await ends({
  look,
  say,
  thorough,
  later: minutes => fetch(`${clock}/?pass=${minutes}m`),
  async admit (page) {
    if (!page) {
      const context = await browser.newContext({ viewport: wide, locale: language })
      context.setDefaultTimeout(patience)
      await context.clock.install()
      page = await context.newPage()
      page.on('pageerror', e => say('script:', e.message))
      await page.goto(address + '/')
    }
    await signIn(page, 3)
    await page.locator('.desk-name').waitFor()
    return page
  }
})
await browser.close()
