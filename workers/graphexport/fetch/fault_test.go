package fetch

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// TestFaults goes the whole way with each way in which the other side can be
// worse than documented.
func TestFaults(t *testing.T) {
	t.Parallel()
	const found, part, empty, failed = schema.FoundData, schema.FoundPart, schema.FoundNothing, schema.FoundFailed
	tests := map[simulate.Fault]struct {
		found schema.Found
		code  schema.Code
		fate  schema.Code // with which the job gives up
		left  int         // containers
	}{
		simulate.Throttled:         {found: found},
		simulate.Unavailable:       {found: found},
		simulate.LostAnswer:        {found: found},
		simulate.OperationLocation: {found: found},
		simulate.NoLocation:        {found: found},
		simulate.TextProgress:      {found: found},
		simulate.Paged:             {found: found},
		simulate.Vanished:          {found: part, code: schema.CodeExportVanished},
		simulate.FailedStatus:      {found: part, code: schema.CodeExportFailed},
		simulate.NeverReady:        {found: part, code: schema.CodeExportExpired},
		// Nothing of another person's is taken over, and somebody has to look.
		simulate.WrongSubject: {found: failed, code: schema.CodeOtherPerson, fate: schema.CodeOtherPerson, left: 1},
		simulate.WrongTenant:  {found: failed, code: schema.CodeOtherTenant, fate: schema.CodeOtherTenant, left: 1},
		simulate.SlowAgent:    {found: found},
		simulate.DeadAgent:    {found: found},
		simulate.Empty:        {found: empty, code: schema.CodeExportEmpty},
		simulate.Truncated:    {found: found},
		simulate.Invalid:      {found: found},
		simulate.Zipped:       {found: found},
		simulate.Malware:      {found: found},
		simulate.Overwritten:  {found: found},
		simulate.Concealed:    {found: found}, // of reports only
		simulate.NoHash:       {found: found},
		simulate.WrongHash:    {found: found, code: schema.CodeHashDiffers},
	}
	for _, fault := range simulate.Faults() {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			want, ok := tests[fault]
			if !ok {
				t.Fatal("not in the table")
			}
			r := newRig(t, simulate.Options{Faults: []simulate.Fault{fault}}, func(c *Config) {
				if fault == simulate.NeverReady {
					c.Times.Deadline = 60 * day
				}
			})
			err := r.run()
			if schema.CodeOf(err) != want.fate || schema.IsNever(err) != (want.fate != "") {
				t.Errorf("the job ended with %v, want %q", err, want.fate)
			}
			w := r.whole()
			if w.Found != want.found || w.Code != want.code {
				t.Errorf("told %s %q, want %s %q", w.Found, w.Code, want.found, want.code)
			}
			if n := len(r.contents()); want.fate == "" && n != w.Files+1 || want.fate != "" && n != 0 {
				t.Errorf("the box holds %d files, and %d were told", n, w.Files)
			}
			left, err := r.Leftovers(t.Context())
			if err != nil || len(left) != want.left {
				t.Errorf("%d containers are left, want %d (%v)", len(left), want.left, err)
			}
			if n := r.tenant.Orders(r.who.ObjectID); n != 1 {
				t.Errorf("%d exports were ordered, want 1", n)
			}
		})
	}
}

// TestPlaces tells the result of each product.
func TestPlaces(t *testing.T) {
	t.Parallel()
	r := newRig(t, simulate.Options{})
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	results, err := r.box.Results()
	if err != nil || len(results) < 3 {
		t.Fatalf("told of %d places (%v)", len(results), err)
	}
	files := 0
	for _, p := range results[1:] {
		files += p.Files
		if p.Found != schema.FoundData {
			t.Errorf("told: %+v", p)
		}
	}
	if whole := results[0]; files != whole.Files {
		t.Errorf("%d files in the places, %d in the whole", files, whole.Files)
	}
}

// TestDeletedContainer loses the storage while Microsoft is at work.
func TestDeletedContainer(t *testing.T) {
	t.Parallel()
	r := newRig(t, simulate.Options{Faults: []simulate.Fault{simulate.SlowAgent}})
	if _, later := schema.IsLater(r.Fetch(t.Context(), r.subject(), r.box)); !later {
		t.Fatal("not waiting")
	}
	// What somebody else keeps in the account is theirs, whatever it is called.
	if _, err := r.store.client.NewContainerClient("inzage-backup-2025").Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	left, err := r.Leftovers(t.Context())
	if err != nil || len(left) != 1 || left[0].Overdue {
		t.Fatalf("containers: %+v (%v)", left, err)
	}
	if err := r.store.remove(t.Context(), left[0].Name); err != nil {
		t.Fatal(err)
	}
	err = r.run()
	if !schema.IsNever(err) || schema.CodeOf(err) != schema.CodeStorageLost {
		t.Errorf("got %v", err)
	}
	if w := r.whole(); w.Found != schema.FoundFailed || w.Code != schema.CodeStorageLost {
		t.Errorf("told: %+v", w)
	}

	// The same job that comes back orders nothing; somebody who asks once more
	// gets another export.
	if err = r.run(); !schema.IsNever(err) || r.tenant.Orders(r.who.ObjectID) != 1 {
		t.Errorf("the job came back: %v, %d orders", err, r.tenant.Orders(r.who.ObjectID))
	}
	r.box.Number++
	if err = r.run(); err != nil || r.tenant.Orders(r.who.ObjectID) != 2 {
		t.Errorf("asked once more: %v, %d orders", err, r.tenant.Orders(r.who.ObjectID))
	}
	if w := r.whole(); w.Found != schema.FoundData {
		t.Errorf("told after the second export: %+v", w)
	}
}

// TestShortSignature gives Microsoft less time than it needs: what comes later
// is refused by storage, and is missing.
func TestShortSignature(t *testing.T) {
	t.Parallel()
	r := newRig(t, simulate.Options{Faults: []simulate.Fault{simulate.SlowAgent}, Day: 200 * time.Millisecond}, func(c *Config) {
		c.Times.Life = 2 * time.Second // signatures count in seconds
	})
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	full := newRig(t, simulate.Options{})
	if err := full.run(); err != nil {
		t.Fatal(err)
	}
	if short, all := r.whole().Files, full.whole().Files; short >= all {
		t.Errorf("%d files of %d although the signature ran out", short, all)
	}
}

// TestPremium has storage without append blobs, which the service refuses.
func TestPremium(t *testing.T) {
	t.Parallel()
	r := newRig(t, simulate.Options{}, func(c *Config) {
		c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
			if req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/exportPersonalData") {
				return refusal(req, http.StatusBadRequest, "StorageLocationShouldSupportAppendBlobs")
			}
			return nil
		})
	})
	err := r.run()
	if !schema.IsNever(err) || schema.CodeOf(err) != schema.CodeStorageUnfit {
		t.Errorf("got %v", err)
	}
	if left, err := r.Leftovers(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("%d containers are left (%v)", len(left), err)
	}
}

// TestLimits keeps to what may be ordered in a day.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, subject := range map[string]string{"tenant": "another", "person": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simulate.Options{}, func(c *Config) {
				c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
					if !strings.HasSuffix(req.URL.Path, "/dataPolicyOperations") {
						return nil
					}
					n, whose := tenantLimit, subject
					if subject == "" {
						n, whose = subjectLimit, simulated(t).ObjectID
					}
					one := `{"id":"x","userId":"` + whose + `","submittedDateTime":"` + time.Now().Add(-23*time.Hour).UTC().Format(time.RFC3339) + `"},`
					return reply(req, http.StatusOK, `{"value":[`+strings.TrimSuffix(strings.Repeat(one, n), ",")+`]}`)
				})
			})
			err := r.Fetch(t.Context(), r.subject(), r.box)
			if wait, ok := schema.IsLater(err); !ok || wait < 50*time.Minute || wait > time.Hour {
				t.Errorf("got %v, to wait %v; want about an hour", err, wait)
			}
			if n := r.tenant.Orders(r.who.ObjectID); n != 0 {
				t.Errorf("%d exports were ordered", n)
			}
		})
	}
}

// TestCancel obeys at every request.
func TestCancel(t *testing.T) {
	t.Parallel()
	for n := range 12 {
		ctx, cancel := context.WithCancel(t.Context())
		left := n
		r := newRig(t, simulate.Options{}, func(c *Config) {
			c.HTTP = answering(c.HTTP, func(*http.Request) *http.Response {
				if left--; left < 0 {
					cancel()
				}
				return nil
			})
		})
		var err error
		for ctx.Err() == nil {
			if err = r.Fetch(ctx, r.subject(), r.box); err == nil {
				break
			}
		}
		if ctx.Err() != nil && schema.CodeOf(err) != schema.CodeInterrupted {
			t.Errorf("cancelled at request %d: got %v", n, err)
		}
		cancel()
		if err := r.run(); err != nil {
			t.Fatal(err)
		}
		r.complete()
	}
}
