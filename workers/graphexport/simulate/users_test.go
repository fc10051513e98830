package simulate_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"inzage/workers/graphexport/simulate"
)

// answer is what tests read of any answer of Graph.
type answer struct {
	HTTP   int         `json:"-"`
	Header http.Header `json:"-"`

	ID                string
	UserPrincipalName string
	DisplayName       string
	UserType          string
	AccountEnabled    bool
	Status            string
	Progress          any
	CompletedDateTime *string
	StorageLocation   string
	UserID            string
	Value             []answer
	NextLink          string `json:"@odata.nextLink"`
	Error             struct {
		Code, Message string
		InnerError    map[string]string
	}
}

// ask sends one request to Graph.
func ask(t *testing.T, tenant *simulate.Tenant, token, method, path string, body any) answer {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://graph.microsoft.com"+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := tenant.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{HTTP: res.StatusCode, Header: res.Header}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return a
}

// signedIn returns a token.
func signedIn(t *testing.T, tenant *simulate.Tenant) string {
	t.Helper()
	app := tenant.App()
	res, err := tenant.Client().PostForm("https://login.microsoftonline.com/"+tenant.ID()+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {app.ClientID}, "client_secret": {app.Secret},
		"scope": {"https://graph.microsoft.com/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var token struct {
		Text string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil || token.Text == "" {
		t.Fatalf("no token: %v", err)
	}
	return token.Text
}

func TestUsers(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{})
	token := signedIn(t, tenant)
	people := tenant.People()
	filter := func(f string) string { return "?$filter=" + url.QueryEscape(f) }
	tests := []struct {
		name, path string
		want       []string // user principal names; nil is not found
	}{
		{"by id", "/v1.0/users/" + people[0].ObjectID, []string{"sanne.dewit@"}},
		{"by name", "/v1.0/users/SANNE.dewit@waterlandaanzee.example", []string{"sanne.dewit@"}},
		{"by an old name", "/v1.0/users/fatima.bakker@waterlandaanzee.example", nil},
		{"by an old name among the addresses", "/v1.0/users" + filter("proxyAddresses/any(a:a eq 'smtp:fatima.bakker@waterlandaanzee.example')"), []string{"fatima.elamrani@"}},
		{"by the mail address of a numbered person", "/v1.0/users" + filter("mail eq 'lotte.smit@waterlandaanzee.example'"), []string{"u104417@"}},
		{"guest", "/v1.0/users" + filter("userType eq 'Guest'"), []string{"joris.veenstra_bureaudelta.example#EXT#@"}},
		{"guest by name", "/v1.0/users/" + url.PathEscape("joris.veenstra_bureaudelta.example#EXT#@waterlandaanzee.example"), []string{"joris.veenstra_bureaudelta.example#EXT#@"}},
		{"two of one name", "/v1.0/users" + filter("displayName eq 'Jan de Boer'"), []string{"jan.deboer@", "jan.deboer2@"}},
		{"either", "/v1.0/users" + filter("mail eq 'x' or userPrincipalName eq 'kees.brouwer@waterlandaanzee.example'"), []string{"kees.brouwer@"}},
		{"both", "/v1.0/users" + filter("mail eq 'x' and userPrincipalName eq 'kees.brouwer@waterlandaanzee.example'"), []string{}},
		{"beginning", "/v1.0/users" + filter("startswith(userPrincipalName,'jan.')"), []string{"jan.deboer@", "jan.deboer2@"}},
		{"deleted is not there", "/v1.0/users/" + people[5].ObjectID, nil},
		{"deleted by id", "/v1.0/directory/deletedItems/" + people[5].ObjectID, []string{strings.ReplaceAll(people[5].ObjectID, "-", "") + "willem.postma@"}},
		{"deleted by mail", "/v1.0/directory/deletedItems/microsoft.graph.user" + filter("mail eq 'willem.postma@waterlandaanzee.example'"), []string{strings.ReplaceAll(people[5].ObjectID, "-", "") + "willem.postma@"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, tenant, token, http.MethodGet, test.path, nil)
			if test.want == nil {
				if a.HTTP != http.StatusNotFound || a.Error.Code != "Request_ResourceNotFound" || a.Error.InnerError["request-id"] == "" {
					t.Errorf("%d %+v", a.HTTP, a.Error)
				}
				return
			}
			got := []string{}
			for _, u := range append(a.Value, a) {
				if u.UserPrincipalName != "" {
					got = append(got, strings.TrimSuffix(u.UserPrincipalName, "waterlandaanzee.example"))
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%d %+v: %v", a.HTTP, a.Error, got)
			}
		})
	}
}

func TestUserProperties(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{})
	token := signedIn(t, tenant)
	path := "/v1.0/users/" + tenant.People()[6].ObjectID
	if a := ask(t, tenant, token, http.MethodGet, path, nil); a.UserType != "" || a.DisplayName != "Kees Brouwer" {
		t.Errorf("by itself: %+v", a)
	}
	a := ask(t, tenant, token, http.MethodGet, path+"?$select=id,accountEnabled,userType", nil)
	if a.UserType != "Member" || a.AccountEnabled || a.DisplayName != "" {
		t.Errorf("selected: %+v", a)
	}
	a = ask(t, tenant, token, http.MethodGet, "/v1.0/users?$filter="+url.QueryEscape("mail gt 'x'"), nil)
	if a.HTTP != http.StatusBadRequest || a.Error.Code != "Request_UnsupportedQuery" {
		t.Errorf("unsupported filter: %d %s", a.HTTP, a.Error.Code)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{App: simulate.Application{Roles: []string{"Mail.Read"}}})
	token := signedIn(t, tenant)
	id := tenant.People()[0].ObjectID
	tests := []struct {
		token, method, path string
		status              int
		code                string
	}{
		{token, http.MethodGet, "/v1.0/users", 403, "Authorization_RequestDenied"},
		{token, http.MethodPost, "/v1.0/users/" + id + "/exportPersonalData", 403, "Forbidden"},
		{token, http.MethodGet, "/v1.0/dataPolicyOperations", 403, "Forbidden"},
		{"", http.MethodGet, "/v1.0/users", 401, "InvalidAuthenticationToken"},
		{token + "x", http.MethodGet, "/v1.0/dataPolicyOperations", 401, "Unauthorized"},
	}
	for _, test := range tests {
		if a := ask(t, tenant, test.token, test.method, test.path, nil); a.HTTP != test.status || a.Error.Code != test.code {
			t.Errorf("%s %s: %d %s", test.method, test.path, a.HTTP, a.Error.Code)
		}
	}
}
