// Package pages reads the pages on which Microsoft publishes its diagnostic
// events and fields: the lists for Office, Windows, Teams and Defender, the
// audit schemas, the namespaces and the actions of Copilot Chat.
//
// Parse turns the markdown of one page into a Page: events with their names of
// now and before, their fields, and the blocks of fields that many events
// share. Overlay writes that as a part of the catalog, Compare says what
// changed between two states.
//
// The pages are written by many hands, so nothing is read by one exact form: a
// name may stand in bold, half in bold, with its type glued to it or with the
// dash inside the bold; a heading may hold several names, an invisible space or
// a remark. What is passed over is counted in Page.Odd, never dropped in
// silence.
//
// A page is data from outside. It is bounded in size, nothing in it is
// executed, followed or trusted, and its sentences are Microsoft's own words:
// they are kept as evidence, marked as such, and never mixed with ours.
// Translated pages are refused, because machine translation changes names.
//
// A Page belongs to its caller; the functions are safe for concurrent use.
package pages
