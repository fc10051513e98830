// Package law holds what an answer must say beside the data: purposes,
// recipients, transfers, retention, rights (GDPR art. 15(1)(a)-(h) and 15(2)),
// as dated texts. Which texts apply follows from the day of the request, the
// profile of the organisation and what kind of controller it is, so an old
// answer can be made again with the texts of its time.
//
// The texts are data (explain/catalog/law), loaded strictly; an organisation's
// own folder may replace any of them. The package is pure: no clock, no files
// but those it is handed.
package law
