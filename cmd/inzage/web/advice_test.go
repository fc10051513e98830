package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"inzage/explain/posture"
	"inzage/explain/register"
	"inzage/schema"
)

// TestAdvice: who keeps the tenant and who watches see how advice stands, with the
// day of what was seen; a file that cannot be read is said to be so, and nothing
// counts as followed.
func TestAdvice(t *testing.T) {
	t.Parallel()
	o := open(t)
	page := func(name, lang string) string {
		b := o.sit(name)
		return b.do("GET", "/advice", map[string][]string{"Accept-Language": {lang}}, nil).body
	}
	if body := page(officer, "nl"); !strings.Contains(body, "answers_file") || strings.Contains(body, "<table") {
		t.Errorf("without a file: %s", body)
	}
	o.desk.Posture = o.stands
	for _, name := range []string{admin, officer} {
		for lang, want := range map[string][]string{
			"nl": {">niet gevolgd<", ">gevolgd<", ">niet bekend<", "iemand keek (Beheerder &lt;M365&gt;): scherm", "Niemand heeft gekeken.", "1 gevolgd, 1 niet gevolgd"},
			"en": {">not followed<", ">followed<", ">not known<", "somebody looked", "Nobody has looked.", "1 followed, 1 not followed"},
		} {
			body := page(name, lang)
			for _, w := range append(want, o.desk.pages.date(schema.Lang(lang), o.desk.today().AddDays(-3))) {
				if !strings.Contains(body, w) {
					t.Errorf("%s in %s lacks %q", name, lang, w)
				}
			}
			if fail, pass := strings.Index(body, want[0]), strings.Index(body, want[1]); fail > pass {
				t.Errorf("in %s what is not followed does not come first", lang)
			}
		}
	}
	if a := o.sit(second).get("/advice"); a.status < 400 {
		t.Errorf("a reader gets %d", a.status)
	}
	o.desk.Posture = func(context.Context, schema.Date) (*posture.Report, error) {
		return nil, errors.New("a value of theirs")
	}
	if body := page(officer, "en"); !strings.Contains(body, "cannot be read") || strings.Contains(body, "a value of theirs") {
		t.Errorf("a file that cannot be read: %s", body)
	}
}

// stands is evidence of each kind: followed, not followed, and could not be told.
func (o *office) stands(_ context.Context, on schema.Date) (*posture.Report, error) {
	r := posture.Judge(o.desk.Registers.Advice, map[string][]posture.Evidence{
		"giphy":            {{Value: "on", On: on.AddDays(-3), How: posture.ByHand, By: "Beheerder <M365>", Note: "scherm"}},
		"customer-lockbox": {{Value: "on", On: on.AddDays(-4), How: posture.Organisation}},
		"report-names":     {{Value: register.NotKnown, Why: posture.WhyRight, On: on, How: posture.Graph}},
	}, on)
	return &r, nil
}
