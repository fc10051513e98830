package fetch

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
)

// TestCheck finds nothing wrong with a good set-up, and each mistake at the
// check that must find it.
func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		roles []string
		edit  func(*Config)
		want  map[Check]Problem
	}{
		"good": {},
		"wrong secret": {
			edit: func(c *Config) { c.SignIn.Secret = schema.NewPersonal("wrong") },
			want: map[Check]Problem{
				CheckSignIn: ProblemSignIn, CheckDirectory: ProblemSignIn, CheckOperations: ProblemSignIn,
			},
		},
		"no right to export": {
			roles: []string{"User.Read.All"},
			want:  map[Check]Problem{CheckRightExport: ProblemRightMissing, CheckOperations: ProblemForbidden},
		},
		"no right to read": {
			roles: []string{"User.Export.All"},
			want:  map[Check]Problem{CheckRightRead: ProblemRightMissing, CheckDirectory: ProblemForbidden},
		},
		"more rights": {
			roles: []string{"User.Export.All", "User.Read.All", "Mail.Read"},
			want:  map[Check]Problem{CheckRightsMore: ProblemRightsMore},
		},
		"wrong key": {
			edit: func(c *Config) {
				c.Storage.Key = schema.NewPersonal(base64.StdEncoding.EncodeToString([]byte("another key")))
			},
			want: map[Check]Problem{CheckContainer: ProblemRefused}, // Azure says AuthenticationFailed: ProblemKey
		},
		"keys switched off": {
			edit: func(c *Config) {
				c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
					if !strings.HasPrefix(req.Header.Get("Authorization"), "SharedKey ") {
						return nil
					}
					resp := reply(req, http.StatusForbidden, "")
					resp.Header.Set("X-Ms-Error-Code", "KeyBasedAuthenticationNotPermitted")
					return resp
				})
			},
			want: map[Check]Problem{CheckContainer: ProblemNoKeys},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := simulate.Options{}
			o.App.Roles = test.roles
			r := newRig(t, o, func(c *Config) {
				if test.edit != nil {
					test.edit(c)
				}
			})
			if diff := cmp.Diff(test.want, problems(r.Check(t.Context()))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if n := r.tenant.Orders(r.who.ObjectID); n != 0 {
				t.Errorf("%d exports were ordered", n)
			}
		})
	}
}

// TestCheckRightsOfLogs: the right of a log is told of, granted or not, and is not
// one too many.
func TestCheckRightsOfLogs(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		app  simulate.Application
		want Outcome
	}{"granted": {allowed(), Fine}, "not granted": {simulate.Application{}, Skipped}} {
		r := logRig(t, simulate.Options{App: tc.app})
		c := &checkup{Source: r.Source}
		c.rights(t.Context())
		for _, f := range c.list {
			want := Fine
			if slices.Contains(optional(), f.Check) {
				want = tc.want
			}
			if f.Outcome != want {
				t.Errorf("%s: %s is %s, want %s", name, f.Check, f.Outcome, want)
			}
		}
	}
}

func TestCheckCloud(t *testing.T) {
	t.Parallel()
	for cloud, want := range map[Cloud]Outcome{"": Fine, Public: Fine, USGovernment: Warning, China: Warning} {
		c := &checkup{Source: &Source{config: Config{Cloud: cloud}}}
		if c.cloud(); c.list[0].Outcome != want {
			t.Errorf("%q: %s, want %s", cloud, c.list[0].Outcome, want)
		}
	}
}

// problems are those of the findings; a check must come once.
func problems(list []Finding) map[Check]Problem {
	var got map[Check]Problem
	for _, f := range list {
		if f.Problem != "" && f.Outcome != Skipped {
			if got == nil {
				got = make(map[Check]Problem)
			}
			got[f.Check] = f.Problem
		}
	}
	return got
}

// TestCheckPremium finds a storage account that takes no append blobs.
func TestCheckPremium(t *testing.T) {
	t.Parallel()
	store, err := blobstore.Start(blobstore.Options{Premium: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r := newRig(t, simulate.Options{}, func(c *Config) {
		c.Storage = Storage{Account: store.Account(), Key: schema.NewPersonal(store.Key()), Endpoint: store.URL(), ByKey: true}
	})
	if got := problems(r.Check(t.Context())); got[CheckAppend] != ProblemPremium {
		t.Errorf("found %v", got)
	}
	err = r.run()
	if !schema.IsNever(err) || schema.CodeOf(err) != schema.CodeStorageUnfit {
		t.Errorf("an export all the same: %v", err)
	}
}
