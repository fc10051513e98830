package simulate

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The permissions that the logs need, each its own.
const (
	roleAudit   = "AuditLogsQuery.Read.All"
	roleSignIns = "AuditLog.Read.All"
	roleReports = "Reports.Read.All"
	roleNames   = "ReportSettings.Read.All"
	roleMethods = "Policy.Read.AuthenticationMethod"
)

// Roles are all permissions that a source of ours can need.
func Roles() []string {
	return []string{roleExport, roleRead, roleAudit, roleSignIns, roleReports, roleNames, roleMethods}
}

// auditQuery is a query of the audit log.
type auditQuery struct {
	ID      string   `json:"id"`
	Name    string   `json:"displayName"`
	Status  string   `json:"status"`
	From    string   `json:"filterStartDateTime"`
	To      string   `json:"filterEndDateTime"`
	Users   []string `json:"userPrincipalNameFilters"`
	Keyword string   `json:"keywordFilter"`

	at    time.Time
	asked bool // somebody has asked how it stands
}

// logs routes the requests for logs and reports.
func (t *Tenant) logs(graph func(pattern string, do func(http.ResponseWriter, *http.Request) *failure, roles ...string)) {
	const queries = "/v1.0/security/auditLog/queries"
	graph("POST "+queries, t.askAudit, roleAudit)
	graph("GET "+queries, t.listQueries, roleAudit)
	graph("GET "+queries+"/{id}", t.getQuery, roleAudit)
	graph("GET "+queries+"/{id}/records", t.auditRecords, roleAudit)
	graph("GET /v1.0/auditLogs/signIns", t.signIns(true), roleSignIns)
	graph("GET /beta/auditLogs/signIns", t.signIns(false), roleSignIns)
	graph("GET /v1.0/auditLogs/directoryAudits", t.directoryAudits, roleSignIns)
	graph("GET /v1.0/reports/{call}", t.report, roleReports)
	graph("GET /reports-download/{call}", t.reportFile, roleReports)
	graph("GET /v1.0/admin/reportSettings", t.reportSettings, roleNames)
	graph("GET /v1.0/policies/authenticationMethodsPolicy", t.signInMethods, roleMethods)
}

// Queries tells how often the query of the audit log that was made most often was
// made.
func (t *Tenant) Queries() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	times, most := make(map[string]int), 0
	for _, q := range t.queries {
		key := strings.Join(q.Users, ",") + "|" + q.Keyword
		times[key]++
		most = max(most, times[key])
	}
	return most
}

// askAudit is POST /security/auditLog/queries.
func (t *Tenant) askAudit(w http.ResponseWriter, r *http.Request) *failure {
	var q auditQuery
	if err := body(r, &q); err != nil || q.From == "" || q.To == "" {
		return bad("BadRequest", "The body of the request cannot be read.")
	}
	q.Status, q.at = "notStarted", time.Now()
	t.mu.Lock()
	q.ID = guid(t.random("query", fmt.Sprint(len(t.queries))))
	t.queries = append(t.queries, &q)
	first := len(t.queries) == 1
	t.mu.Unlock()
	if first && t.has(LostAnswer) {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	reply(w, http.StatusCreated, q)
	return nil
}

func (t *Tenant) listQueries(w http.ResponseWriter, r *http.Request) *failure {
	t.mu.Lock()
	list := []map[string]any{}
	for _, q := range t.queries {
		list = append(list, map[string]any{"id": q.ID, "displayName": q.Name, "status": q.Status})
	}
	t.mu.Unlock()
	t.answerList(w, r, "security/auditLog/queries", list)
	return nil
}

// query finds one, which is done after a quarter of a day, and not at once.
func (t *Tenant) query(r *http.Request) (auditQuery, *failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.queries, func(q *auditQuery) bool { return q.ID == r.PathValue("id") })
	if i < 0 {
		return auditQuery{}, notFound()
	}
	q := *t.queries[i]
	if q.Status = "running"; q.asked && time.Since(q.at) >= t.options.Day/4 {
		q.Status = "succeeded"
	}
	t.queries[i].asked = true
	if t.has(FailedStatus) && i == 0 {
		q.Status = "failed"
	}
	return q, nil
}

func (t *Tenant) getQuery(w http.ResponseWriter, r *http.Request) *failure {
	q, f := t.query(r)
	if f == nil {
		reply(w, http.StatusOK, q)
	}
	return f
}

// auditRecords are two records of what a person did, or one of what a colleague
// did to them.
func (t *Tenant) auditRecords(w http.ResponseWriter, r *http.Request) *failure {
	q, f := t.query(r)
	if f != nil {
		return f
	}
	if q.Status != "succeeded" {
		return bad("BadRequest", "The query has no records yet.")
	}
	other := t.people[1].UPN
	record := func(n int, user, operation, object string) map[string]any {
		id, at := fmt.Sprintf("0b6b5d0e-2f0b-4f3e-9d52-%012d", n), fmt.Sprintf("2026-10-%02dT07:31:42Z", n)
		return map[string]any{
			"id": id, "createdDateTime": at, "auditLogRecordType": "sharePointFileOperation", "operation": operation,
			"service": "OneDrive", "userPrincipalName": user, "clientIp": "192.0.2.17", "administrativeUnits": []string{},
			"auditData": map[string]any{
				"CreationTime": strings.TrimSuffix(at, "Z"), "Id": id, "Operation": operation, "RecordType": 6, "UserType": 0,
				"Workload": "OneDrive", "UserId": user, "ClientIP": "192.0.2.17", "ObjectId": object,
			},
		}
	}
	list := []map[string]any{}
	for i, user := range q.Users {
		if _, ok := t.person(user, false); ok && i == 0 {
			list = append(list, record(1, user, "FileAccessed", "https://x.example/a.docx"), record(2, user, "FileModified", "https://x.example/a.docx"))
		}
	}
	if q.Keyword != "" {
		list = append(list, record(3, other, "SharingSet", q.Keyword))
	}
	t.answerList(w, r, "records", list)
	return nil
}

// signIns are those of a person: of themselves, or of apps on their behalf.
func (t *Tenant) signIns(interactive bool) func(http.ResponseWriter, *http.Request) *failure {
	return func(w http.ResponseWriter, r *http.Request) *failure {
		list := []map[string]any{}
		for _, e := range t.people {
			if !strings.Contains(r.URL.Query().Get("$filter"), "userId eq '"+e.ObjectID+"'") {
				continue
			}
			for n, code := range []int{0, 50126} {
				s := map[string]any{
					"id": fmt.Sprintf("66ea54eb-0000-4000-8000-%012d", n), "createdDateTime": fmt.Sprintf("2026-10-%02dT07:31:42Z", n+1),
					"userDisplayName": e.Name, "userPrincipalName": e.UPN, "userId": e.ObjectID, "appDisplayName": "Microsoft Teams",
					"ipAddress": "192.0.2.17", "clientAppUsed": "Browser", "conditionalAccessStatus": "success", "isInteractive": interactive,
					"status":   map[string]any{"errorCode": code, "failureReason": "Other."},
					"location": map[string]any{"city": "Utrecht", "countryOrRegion": "NL"},
				}
				if !interactive {
					s["signInEventTypes"] = []string{"nonInteractiveUser"}
				}
				list = append(list, s)
			}
		}
		t.answerList(w, r, "auditLogs/signIns", list)
		return nil
	}
}

// directoryAudits are what a colleague changed of a person. They change nothing
// themselves.
func (t *Tenant) directoryAudits(w http.ResponseWriter, r *http.Request) *failure {
	list := []map[string]any{}
	for _, e := range t.people {
		if !strings.Contains(r.URL.Query().Get("$filter"), "targetResources/any(t:t/id eq '"+e.ObjectID+"')") {
			continue
		}
		admin := t.people[1]
		list = append(list, map[string]any{
			"id": "Directory_1", "category": "UserManagement", "result": "success", "activityDisplayName": "Reset user password",
			"activityDateTime": "2026-10-03T09:00:00Z", "loggedByService": "Core Directory", "operationType": "Update",
			"initiatedBy":     map[string]any{"app": nil, "user": map[string]any{"id": admin.ObjectID, "userPrincipalName": admin.UPN, "ipAddress": "192.0.2.9"}},
			"targetResources": []map[string]any{{"id": e.ObjectID, "type": "User", "userPrincipalName": e.UPN, "modifiedProperties": []any{}}},
		})
	}
	t.answerList(w, r, "auditLogs/directoryAudits", list)
	return nil
}

// reportSettings say whether reports name people.
func (t *Tenant) reportSettings(w http.ResponseWriter, _ *http.Request) *failure {
	reply(w, http.StatusOK, map[string]any{"displayConcealedNames": t.has(Concealed)})
	return nil
}

// signInMethods are the ways to prove who one is: none by text message.
func (t *Tenant) signInMethods(w http.ResponseWriter, _ *http.Request) *failure {
	method := func(id, state string) map[string]any { return map[string]any{"id": id, "state": state} }
	reply(w, http.StatusOK, map[string]any{
		"id": "authenticationMethodsPolicy", "policyMigrationState": "migrationComplete",
		"authenticationMethodConfigurations": []any{method("Fido2", "enabled"), method("MicrosoftAuthenticator", "enabled"), method("Sms", "disabled")},
	})
	return nil
}

// report is answered with the address of a file.
func (t *Tenant) report(w http.ResponseWriter, r *http.Request) *failure {
	http.Redirect(w, r, t.base(r)+"/reports-download/"+r.PathValue("call"), http.StatusFound)
	return nil
}

// reportFile is a report of everybody, with their names or without.
func (t *Tenant) reportFile(w http.ResponseWriter, r *http.Request) *failure {
	columns := "Team Chat Message Count,Private Chat Message Count"
	if call := r.PathValue("call"); !strings.HasPrefix(call, "getTeamsUserActivity") {
		columns = "Used Web,Used Windows"
	}
	var b strings.Builder
	b.WriteString("\ufeffReport Refresh Date,User Id,User Principal Name,Last Activity Date," + columns + ",Report Period\r\n")
	for i, e := range t.people {
		if e.Deleted {
			continue
		}
		id, name := e.ObjectID, e.UPN
		if t.has(Concealed) {
			id, name = "00000000-0000-0000-0000-000000000000", fmt.Sprintf("%032X", i+1)
		}
		fmt.Fprintf(&b, "2026-10-06,%s,%s,2026-10-05,12,34,180\r\n", id, name)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write([]byte(b.String())) // the client is gone: nobody to tell
	return nil
}
