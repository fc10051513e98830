package web

import (
	"net/http"
	"slices"
	"strings"
)

// Role is what somebody may do in the desk. A person can have several.
type Role string

// The roles. Everybody who signs in is an employee.
const (
	Employee Role = "employee" // asks for access to their own data
	Admin    Role = "admin"    // handles cases, and prepares decisions; sees no content
	Reader   Role = "reader"   // reads the bundle, and confirms what another prepared
	Officer  Role = "officer"  // watches dates, stages and findings, and can stop; sees no content
)

// Roles lists the roles.
func Roles() []Role { return []Role{Employee, Admin, Reader, Officer} }

// route is one address of the desk.
type route struct {
	method, path string
	// public is open to whoever comes; everything else asks for one of the roles.
	public bool
	roles  []Role
	do     func(*visit) error
}

// own reports whether a case at this address must be the visitor's own. At all
// others it must be somebody else's: nobody handles their own request.
func (r route) own() bool { return slices.Equal(r.roles, []Role{Employee}) }

// quiet reports whether a page asks here by itself, which is no sign of life of a
// person: how a case goes on, how long the session does, and the pieces of a file.
func (r route) quiet() bool {
	switch r.method {
	case http.MethodHead, http.MethodPatch:
		return true // a piece that comes in is told apart (tusUpload.WriteChunk)
	case http.MethodGet:
		return r.path == sessionPath || strings.HasSuffix(r.path, progressPath)
	}
	return false
}

// routes is every address there is. The guard reads who may come from here, and
// a test goes over all of it.
func (d *Desk) routes() []route {
	var (
		everybody = []Role{Employee}
		handlers  = []Role{Admin, Reader}
		admins    = []Role{Admin}
		readers   = []Role{Reader}
		officers  = []Role{Officer}
		keepers   = []Role{Admin, Officer} // of the catalog, and of the tenant
		checkers  = []Role{Reader, Officer}
		stoppers  = []Role{Admin, Reader, Officer}
	)
	return append(d.fileRoutes(), []route{
		{"GET", "/{$}", true, nil, d.start},
		{"GET", "/static/{file}", true, nil, d.static},
		{"GET", "/guides", true, nil, d.guideList},
		{"GET", "/guides/{guide}", true, nil, d.guide},
		{"POST", "/language", true, nil, d.language},
		{"GET", "/sign-in", true, nil, d.signIn},
		{"POST", "/sign-in", true, nil, d.sendLink},
		{"GET", "/sign-in/service", true, nil, d.toService},
		{"GET", "/sign-in/done", true, nil, d.fromService},
		{"GET", "/sign-in/{link}", true, nil, d.showLink},
		{"POST", "/sign-in/{link}", true, nil, d.useLink},
		{"GET", "/calendar/{whose}/{token}", true, nil, d.calendar},
		{"POST", "/sign-out", false, everybody, d.signOut},
		{"GET", sessionPath, false, everybody, d.lasting},
		{"POST", sessionPath, false, everybody, d.lasting},
		{"GET", "/sign-ins", false, everybody, d.signIns},
		{"POST", "/sign-ins", false, everybody, d.endSignIns},
		{"POST", "/sign-ins/others", false, admins, d.endOthers},

		{"GET", "/requests", false, everybody, d.ownRequests},
		{"GET", "/requests/new", false, everybody, d.askPage},
		{"POST", "/requests", false, everybody, d.ask},
		{"GET", "/requests/{case}", false, everybody, d.ownRequest},
		{"GET", "/requests/{case}" + progressPath, false, everybody, d.progress},
		{"GET", "/requests/{case}/withdraw", false, everybody, d.withdrawPage},
		{"POST", "/requests/{case}/withdraw", false, everybody, d.withdraw},
		{"POST", "/requests/{case}/question", false, everybody, d.askQuestion},
		{"POST", "/requests/{case}/mark", false, everybody, d.mark},
		{"POST", "/requests/{case}/bundle", false, everybody, d.take},

		{"GET", "/intake", false, admins, d.newCasePage},
		{"POST", "/intake", false, admins, d.newCase},
		{"GET", "/intake/list", false, admins, d.listPage},
		{"POST", "/intake/list", false, admins, d.readDraft},
		{"POST", "/intake/list/file", false, admins, d.fileDraft},
		{"POST", "/intake/list/drop", false, admins, d.dropDraft},

		{"GET", "/cases", false, handlers, d.cases},
		{"GET", "/cases/{case}", false, handlers, d.caseFile},
		{"GET", "/cases/{case}" + progressPath, false, handlers, d.progress},
		{"GET", "/cases/{case}/sample", false, admins, d.sample},
		{"POST", "/cases/{case}/identity", false, admins, d.identify},
		{"POST", "/cases/{case}/retry", false, admins, d.retry},
		{"POST", "/cases/{case}/decide", false, handlers, d.decide},
		{"POST", "/cases/{case}/decline", false, checkers, d.decline},
		{"POST", "/cases/{case}/recall", false, stoppers, d.recall},
		{"POST", "/cases/{case}/answer", false, admins, d.answerQuestion},
		{"POST", "/cases/{case}/content", false, readers, d.content},

		{"GET", "/catalog", false, keepers, d.catalogWork},
		{"GET", "/catalog.json", false, keepers, d.catalogJSON},
		{"GET", "/promises", false, officers, d.promises},
		{"GET", "/advice", false, keepers, d.advice},

		{"GET", "/oversight", false, officers, d.oversight},
		{"GET", "/oversight.csv", false, officers, d.exportCSV},
		{"GET", "/oversight.xlsx", false, officers, d.exportXLSX},
		{"POST", "/oversight", false, officers, d.verifyLedger},
		{"GET", "/oversight/calendar", false, officers, d.calendarPage},
		{"POST", "/oversight/calendar", false, officers, d.changeCalendar},
		{"GET", "/oversight/{case}", false, officers, d.oversightCase},
	}...)
}
