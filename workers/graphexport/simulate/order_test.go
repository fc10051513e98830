package simulate_test

import (
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"inzage/testdata"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
)

// demoExport is the export of the demo case, RequestInfo.json left out.
func demoExport(t *testing.T) map[string]string {
	t.Helper()
	demo, err := testdata.Demo()
	if err != nil {
		t.Fatal(err)
	}
	sub, err := fs.Sub(demo, "input/export")
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	if err := fs.WalkDir(sub, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "RequestInfo.json" {
			return err
		}
		data, err := fs.ReadFile(sub, name)
		files[name] = string(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// run is one export of one of the people, in an account of its own.
type run struct {
	tenant    *simulate.Tenant
	token     string
	order     answer
	operation answer
	files     map[string]string
	hashes    map[string]bool // blobs with a Content-MD5
}

func export(t *testing.T, o simulate.Options, person int) run {
	t.Helper()
	a, tenant := builtIn(t, blobstore.Options{}), start(t, o)
	c := a.container(t)
	r := run{tenant: tenant, token: signedIn(t, tenant), hashes: make(map[string]bool)}
	r.order = order(t, tenant, r.token, tenant.People()[person].ObjectID, a.location(t, c, "acw"))
	if r.order.HTTP != http.StatusAccepted {
		t.Fatalf("%d %q", r.order.HTTP, r.order.Error.Code)
	}
	if err := tenant.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := ask(t, tenant, r.token, http.MethodGet, "/v1.0/dataPolicyOperations", nil); len(list.Value) == 1 {
		r.operation = list.Value[0]
	}
	r.files = contents(t, c)
	for name := range r.files {
		p, err := c.NewBlobClient(name).GetProperties(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.hashes[name] = len(p.ContentMD5) > 0
	}
	return r
}

// The same seed gives the same files whatever the order of requests, another
// seed gives others, and every person has something of their own.
func TestSeed(t *testing.T) {
	t.Parallel()
	agents := func(r run) map[string]string {
		files := maps.Clone(r.files)
		delete(files, "RequestInfo.json") // holds the moment
		return files
	}
	one, same, other := export(t, simulate.Options{Seed: 7}, 2), export(t, simulate.Options{Seed: 7}, 2), export(t, simulate.Options{Seed: 8}, 2)
	if !maps.Equal(agents(one), agents(same)) || one.operation.ID != same.operation.ID || one.operation.ID == "" {
		t.Error("the same seed, another export")
	}
	if maps.Equal(agents(one), agents(other)) || one.operation.ID == other.operation.ID {
		t.Error("another seed, the same export")
	}
	if sanne := export(t, simulate.Options{Seed: 7}, 0); maps.Equal(agents(one), agents(sanne)) {
		t.Error("another person, the same export")
	}
}

// What a fault of the service does to the order and the operation.
func TestServiceFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault simulate.Fault
		good  func(run) bool
	}{
		{simulate.OperationLocation, func(r run) bool {
			return path.Base(r.order.Header.Get("Operation-Location")) == r.operation.ID && r.order.Header.Get("Location") == ""
		}},
		{simulate.NoLocation, func(r run) bool {
			return r.order.Header.Get("Operation-Location")+r.order.Header.Get("Location") == "" && r.operation.ID != ""
		}},
		{simulate.TextProgress, func(r run) bool { return r.operation.Progress == "100" }},
		{simulate.FailedStatus, func(r run) bool { return r.operation.Status == "failed" }},
		{simulate.NeverReady, func(r run) bool { return r.operation.Status == "running" && r.operation.CompletedDateTime == nil }},
		{simulate.WrongSubject, func(r run) bool {
			return strings.Contains(r.files["RequestInfo.json"], r.tenant.People()[1].ObjectID) &&
				!strings.Contains(r.files["RequestInfo.json"], r.tenant.People()[0].ObjectID)
		}},
		{simulate.WrongTenant, func(r run) bool { return !strings.Contains(r.files["RequestInfo.json"], r.tenant.ID()) }},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			t.Parallel()
			if r := export(t, simulate.Options{Faults: []simulate.Fault{test.fault}}, 0); !test.good(r) {
				t.Errorf("order %+v\noperation %+v\n%s", r.order.Header, r.operation, r.files["RequestInfo.json"])
			}
		})
	}
}

func TestVanished(t *testing.T) {
	t.Parallel()
	r := export(t, simulate.Options{Faults: []simulate.Fault{simulate.Vanished}}, 0)
	id := path.Base(r.order.Header.Get("Location"))
	for id, want := range map[string]string{id: "OperationNotFound", r.tenant.ID(): "OperationNotFound", "1": "InvalidInput"} {
		if got := ask(t, r.tenant, r.token, http.MethodGet, "/v1.0/dataPolicyOperations/"+id, nil); got.HTTP != http.StatusBadRequest || got.Error.Code != want {
			t.Errorf("%d %q, want %q", got.HTTP, got.Error.Code, want)
		}
	}
}

// The answer of an export that was accepted is lost once: the client cannot
// know, but the list of operations does.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	a, tenant := builtIn(t, blobstore.Options{}), start(t, simulate.Options{Faults: []simulate.Fault{simulate.LostAnswer}})
	token, who, location := signedIn(t, tenant), tenant.People()[0].ObjectID, a.location(t, a.container(t), "acw")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://graph.microsoft.com/v1.0/users/"+who+"/exportPersonalData",
		strings.NewReader(`{"storageLocation":"`+location+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if res, err := tenant.Client().Do(req); err == nil {
		_ = res.Body.Close()
		t.Fatalf("there is an answer: %d", res.StatusCode)
	}
	if n := tenant.Orders(who); n != 1 {
		t.Errorf("%d exports were ordered", n)
	}
	list := ask(t, tenant, token, http.MethodGet, "/v1.0/dataPolicyOperations", nil)
	if len(list.Value) != 1 || list.Value[0].StorageLocation != location {
		t.Errorf("list %+v", list)
	}
	if again := order(t, tenant, token, who, location); again.Error.Code != "StorageLocationAlreadyUsed" {
		t.Errorf("%d %q", again.HTTP, again.Error.Code)
	}
}

// What a fault of the agents does to the files.
func TestAgentFaults(t *testing.T) {
	t.Parallel()
	demo := demoExport(t)
	const usage = "ProductAndServiceUsage.json"
	some := func(r run, hit func(name, data string) bool) bool {
		for name, data := range r.files {
			if hit(name, data) {
				return true
			}
		}
		return false
	}
	tests := []struct {
		fault simulate.Fault
		good  func(run) bool
	}{
		{simulate.SlowAgent, func(r run) bool { return len(r.files) == len(demo)+1 }},
		{simulate.DeadAgent, func(r run) bool { return len(r.files) < len(demo)+1 && r.operation.Status == "complete" }},
		{simulate.Empty, func(r run) bool { return len(r.files) == 1 && r.operation.Status == "complete" }},
		{simulate.Truncated, func(r run) bool {
			return !some(r, func(name, data string) bool { return name != "RequestInfo.json" && len(data) >= len(demo[name]) })
		}},
		{simulate.Invalid, func(r run) bool {
			return some(r, func(name, data string) bool { return strings.HasSuffix(name, usage) && data[0] == ',' })
		}},
		{simulate.Zipped, func(r run) bool {
			return !some(r, func(name, _ string) bool { return strings.HasSuffix(name, usage) }) &&
				some(r, func(name, data string) bool { return strings.HasSuffix(name, usage+".zip") && data[:2] == "PK" })
		}},
		{simulate.Malware, func(r run) bool {
			return some(r, func(_, data string) bool { return strings.Contains(data, "malware") })
		}},
		{simulate.Overwritten, func(r run) bool { return len(r.files) == len(demo)+1 }},
		{simulate.NoHash, func(r run) bool { return !r.hashes["notes.xml"] }},
		{simulate.WrongHash, func(r run) bool { return r.hashes["notes.xml"] && r.files["notes.xml"] == demo["notes.xml"] }},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			t.Parallel()
			if r := export(t, simulate.Options{Faults: []simulate.Fault{test.fault}}, 0); !test.good(r) {
				t.Errorf("operation %+v, files %v", r.operation, slices.Sorted(maps.Keys(r.files)))
			}
		})
	}
}

// The faults have names of their own.
func TestFaultsAreListed(t *testing.T) {
	t.Parallel()
	if list := simulate.Faults(); len(list) < 20 || len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) {
		t.Errorf("%d faults: %v", len(list), list)
	}
}

// A list in pages is the list.
func TestPaged(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{Faults: []simulate.Fault{simulate.Paged}})
	token, found := signedIn(t, tenant), 0
	address := "/v1.0/users?$select=id"
	for address != "" {
		page := ask(t, tenant, token, http.MethodGet, address, nil)
		found += len(page.Value)
		address = strings.TrimPrefix(page.NextLink, "https://graph.microsoft.com")
	}
	if want := len(tenant.People()) - 1; found != want { // one was deleted
		t.Errorf("found %d people, want %d", found, want)
	}
}

// Requests of every kind are refused at first, without a Retry-After.
func TestThrottled(t *testing.T) {
	t.Parallel()
	a := builtIn(t, blobstore.Options{})
	tenant := start(t, simulate.Options{Faults: []simulate.Fault{simulate.Throttled, simulate.Unavailable}})
	token, who, location := signedIn(t, tenant), tenant.People()[0].ObjectID, a.location(t, a.container(t), "acw")
	for _, want := range []int{429, 429, 500, 502, 504, 202} {
		if got := order(t, tenant, token, who, location); got.HTTP != want || want == 429 && (got.Header.Get("Retry-After") != "" || got.Error.Code != "TooManyRequests") {
			t.Errorf("%d %q, want %d", got.HTTP, got.Error.Code, want)
		}
	}
	for _, want := range []int{429, 429, 500, 502, 504, 200} {
		if got := ask(t, tenant, token, http.MethodGet, "/v1.0/dataPolicyOperations", nil); got.HTTP != want {
			t.Errorf("list: %d, want %d", got.HTTP, want)
		}
	}
	if n := tenant.Orders(who); n != 1 {
		t.Errorf("%d exports were ordered", n)
	}
}

// The limits per person and per tenant, which failed requests count for too.
func TestLimits(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{Limits: simulate.Limits{Exports: 3, Subject: 2, Other: 2}})
	token, people := signedIn(t, tenant), tenant.People()
	for i, test := range []struct{ person, want int }{{0, 400}, {0, 400}, {0, 429}, {1, 400}, {2, 429}} {
		if got := order(t, tenant, token, people[test.person].ObjectID, "no address"); got.HTTP != test.want {
			t.Errorf("request %d: %d %q, want %d", i, got.HTTP, got.Error.Code, test.want)
		}
	}
	for _, want := range []int{200, 200, 429} {
		if got := ask(t, tenant, token, http.MethodGet, "/v1.0/dataPolicyOperations", nil); got.HTTP != want {
			t.Errorf("list: %d, want %d", got.HTTP, want)
		}
	}
}

// Who cannot be exported: unknown, deleted, named by anything but an object id.
func TestNobody(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{})
	token, people := signedIn(t, tenant), tenant.People()
	for id, want := range map[string]string{
		people[5].ObjectID: "Request_ResourceNotFound",
		tenant.ID():        "Request_ResourceNotFound",
		people[0].UPN:      "InvalidInput",
	} {
		if got := order(t, tenant, token, id, ""); got.Error.Code != want {
			t.Errorf("%d %q, want %q", got.HTTP, got.Error.Code, want)
		}
	}
}

// While the agents have time left the operation is running.
func TestRunning(t *testing.T) {
	t.Parallel()
	a, tenant := builtIn(t, blobstore.Options{}), start(t, simulate.Options{Day: time.Hour})
	token := signedIn(t, tenant)
	got := order(t, tenant, token, tenant.People()[0].ObjectID, a.location(t, a.container(t), "acw"))
	op := ask(t, tenant, token, http.MethodGet, strings.TrimPrefix(got.Header.Get("Location"), "https://graph.microsoft.com"), nil)
	if op.Status != "running" || op.Progress != 0.0 || op.CompletedDateTime != nil {
		t.Errorf("%+v", op)
	}
}

// Where the container is deleted the rest is missing, and the status is
// complete all the same.
func TestStorageLost(t *testing.T) {
	t.Parallel()
	a, tenant := builtIn(t, blobstore.Options{}), start(t, simulate.Options{Day: 400 * time.Millisecond})
	token, c := signedIn(t, tenant), a.container(t)
	got := order(t, tenant, token, tenant.People()[0].ObjectID, a.location(t, c, "acw"))
	if _, err := c.Delete(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := tenant.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	op := ask(t, tenant, token, http.MethodGet, strings.TrimPrefix(got.Header.Get("Location"), "https://graph.microsoft.com"), nil)
	if op.Status != "complete" {
		t.Errorf("%+v", op)
	}
}
