// The end of a session, with script: the warning, staying, and what is left of a
// page. Time passes here and at the desk as told: nothing waits for it.
// admit opens a browser for somebody who may take in cases, later lets minutes pass
// at the desk, look and say are those of desk.mjs.
export async function ends ({ admit, later, look, say, thorough }) {
  const page = await admit()
  const context = page.context()
  const pass = async minutes => { // in a browser of which somebody sets the clock back an hour
    await later(minutes)
    await context.clock.setSystemTime(await page.evaluate(() => Date.now()) - 3_600_000)
    await context.clock.fastForward(minutes * 60_000)
  }
  const warning = of => of.locator('.desk-ending')
  const stay = of => warning(of).locator('button')
  const secret = 'geheim@voorbeeld.example'
  const address = new URL(page.url()).origin
  const typed = async () => {
    await page.goto(address + '/intake')
    await page.locator('#addresses').fill(secret)
  }
  const told = words => page.waitForFunction(w => document.querySelector('[role=alert]').textContent.includes(w), words)
  const comesBack = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  const focus = () => page.evaluate(() => document.activeElement.id || document.activeElement.localName)
  // cleared waits until a page says nothing any more.
  const cleared = async (of, name) => {
    await of.locator('a[href^="/sign-in?next="]').waitFor()
    const left = await of.content()
    for (const word of [secret, name, '<form', '<input', '<textarea', '<nav', 'data-session']) if (left.includes(word)) say('a session that is over shows', word)
    if (await of.title() !== await of.evaluate(() => `${document.querySelector('h1').textContent} – ${document.querySelector('.desk-brand').firstChild.textContent}`)) say('its title is', await of.title())
  }
  const name = await page.locator('.desk-name').innerText()

  // The next Tab is at the button, with which somebody stays; and what is done in another tab counts here.
  let other
  const stays = async () => {
    await page.keyboard.press('Tab')
    if (!await stay(page).evaluate(e => e === document.activeElement)) say('Tab comes to', await focus())
    await page.route('**/session?*', route => route.request().method() === 'POST' ? route.abort() : route.continue())
    await page.keyboard.press('Enter')
    await told(await warning(page).locator('.desk-ending-failed').innerText())
    await page.unroute('**/session?*')
    await page.keyboard.press('Enter')
    await warning(page).waitFor({ state: 'hidden' })
    await told(await page.locator('[role=alert]').getAttribute('data-stayed'))
    if (await focus() !== 'addresses' || await page.locator('#addresses').inputValue() !== secret) say('who stays is at', await focus())
    other = await context.newPage()
    await other.goto(address + '/cases')
    await pass(28.5)
    await warning(page).waitFor()
    await other.reload()
    await context.clock.runFor(12_000)
    await warning(page).waitFor({ state: 'hidden' })
  }

  // The warning is told, and takes no focus.
  await typed()
  await pass(28.5)
  await warning(page).waitFor()
  if (await focus() !== 'addresses') say('the warning took the focus to', await focus())
  await told(await warning(page).locator('p:visible').nth(1).innerText())
  await look(page, 'session-ends')
  if (thorough) await stays()

  // The end.
  await pass(31)
  await cleared(page, name)
  await look(page, 'session-ended')
  if (!thorough) return context.close()
  await cleared(other, name)
  await page.goBack()
  if (!page.url().includes('/sign-in')) say('going back comes to', page.url())
  await page.goto(address + '/sign-in?next=/intake')

  // The link leads back to the page. Then the machine sleeps: one clock stands still.
  // What the page knows is new: a page that is loaded in a clock that was set is not.
  await admit(page)
  if (new URL(page.url()).pathname !== '/intake') say('signing in again leads to', page.url())
  await typed()
  const heard = page.waitForResponse('**/session?*')
  await comesBack()
  await heard
  await later(31)
  await context.clock.setSystemTime(await page.evaluate(() => Date.now()) + 31 * 60_000)
  await context.clock.runFor(1000)
  await cleared(page, name)

  // Signed out elsewhere.
  await page.goto(address + '/sign-in?next=/intake')
  await admit(page)
  await typed()
  await other.goto(address + '/cases')
  await other.locator('form[action="/sign-out"] button').click()
  await comesBack()
  await cleared(page, name)

  // What cannot be lengthened here says so; what the page asks answers to that.
  await page.goto(address + '/sign-in?next=/intake')
  await admit(page)
  await typed()
  for (const [said, what, why] of [['1700 100 9000', 'a', 'roles'], ['100 100 100', '[tabindex="0"]', 'all']]) {
    await page.route('**/session?*', route => route.fulfill({ body: said }))
    await comesBack()
    await warning(page).locator(`p[data-why=${why}]`).waitFor()
    if (await focus() !== 'addresses') say('another warning took the focus to', await focus())
    if (await stay(page).isVisible()) say('there is a button where it would do nothing')
    await page.keyboard.press('Tab')
    if (!await page.evaluate(q => document.activeElement.closest('.desk-ending') && document.activeElement.matches(q), what)) say('Tab comes to', await focus())
    await page.unroute('**/session?*')
  }
  await context.close()
}
