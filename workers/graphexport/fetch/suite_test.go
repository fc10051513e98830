package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/sourcetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	sourcetest.Fetch(t, func(t *testing.T) sourcetest.Remote {
		t.Helper()
		r := newRig(t, simulate.Options{})
		return sourcetest.Remote{
			Source: r.Source, Who: r.subject(), Pause: day / 4,
			Personal: append(personal(r), r.config.SignIn.Secret.Reveal(), r.config.Storage.Key.Reveal()),
			Acts:     func() int { return r.tenant.Orders(r.who.ObjectID) },
		}
	})
}

// TestSuiteOnTheQueue is the same with the sealed boxes that the service has,
// each of a request of its own.
func TestSuiteOnTheQueue(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	sourcetest.Fetch(t, func(t *testing.T) sourcetest.Remote {
		t.Helper()
		r := newRig(t, simulate.Options{})
		request := queuetest.Request(t, q, r.Name())
		return sourcetest.Remote{
			Source: r.Source, Who: r.subject(), Pause: day / 4,
			Personal: personal(r),
			Acts:     func() int { return r.tenant.Orders(r.who.ObjectID) },
			Box: func(t *testing.T) schema.Box {
				t.Helper()
				v, err := q.Vault(context.WithoutCancel(t.Context()), request.ID)
				if err != nil {
					t.Fatal(queuetest.Why(err))
				}
				return v.Box(r.Name()).ForOrder(1)
			},
		}
	})
}

func personal(r *rig) []string {
	return append([]string{
		r.who.Name, r.who.UPN, r.who.Mail, r.who.ObjectID, strings.ReplaceAll(r.who.ObjectID, "-", ""), r.who.SID, fmt.Sprint(r.who.PUID),
	}, r.who.Former...)
}

// TestCanary has every request fail in every way, with answers that quote the
// person, and looks at what the errors say.
func TestCanary(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 400, 403, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			for at := range 30 {
				left, hit := at, false
				r := newRig(t, simulate.Options{}, func(c *Config) {
					c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
						if left--; left != -1 {
							return nil
						}
						hit = true
						who := simulated(t)
						return refusal(req, status, who.Name+" "+who.UPN+" "+who.ObjectID)
					})
				})
				seen := 0
				for !hit && seen < 1000 {
					if r.quiet(r.Fetch(t.Context(), r.subject(), r.box)) == nil {
						break
					}
					seen++
				}
				if !hit {
					break // it needs no more requests than this
				}
				for range 3 {
					_ = r.quiet(r.Fetch(t.Context(), r.subject(), r.box))
				}
				results, err := r.box.Results()
				if err != nil {
					t.Fatal(err)
				}
				_ = r.quiet(fmt.Errorf("%+v", results))
			}
		})
	}
}

// quiet checks that an error says nothing personal, and passes it on.
func (r *rig) quiet(err error) error {
	r.t.Helper()
	if err == nil {
		return nil
	}
	said := strings.ToLower(fmt.Sprintf("%v %+v %q", err, err, err))
	for _, v := range append(personal(r), r.config.SignIn.Secret.Reveal(), r.config.Storage.Key.Reveal(), "sig=") {
		if strings.Contains(said, strings.ToLower(v)) {
			r.t.Errorf("an error quotes a personal value or a secret: %.20q…", said)
		}
	}
	return err
}

// TestSecretsStay prints the configuration in every way.
func TestSecretsStay(t *testing.T) {
	t.Parallel()
	c := Config{
		SignIn:  SignIn{Secret: schema.NewPersonal("geheim-1"), Certificate: schema.NewPersonal("geheim-2")},
		Storage: Storage{Key: schema.NewPersonal("geheim-3")},
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		_, _ = fmt.Fprintf(io.Writer(&out), verb, c)
	}
	if strings.Contains(out.String(), "geheim") || strings.Contains(out.String(), "67656865696d") {
		t.Error("a secret is printed")
	}
}
