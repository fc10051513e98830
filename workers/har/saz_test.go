package har

import "testing"

// What an XML of a capture declares is not resolved: no file, no address, no growth.
func TestEntities(t *testing.T) {
	t.Parallel()
	const moment = "2026-11-02T09:00:00.0000000+01:00"
	if got := began([]byte(`<Session><SessionTimers ClientBeginRequest="` + moment + `"/></Session>`)); got != moment {
		t.Fatalf("a session began at %q", got)
	}
	for _, head := range []string{
		`<!DOCTYPE a [<!ENTITY when "` + moment + `">]>`,
		`<!DOCTYPE a [<!ENTITY when SYSTEM "file:///etc/hostname">]>`,
		`<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY when "&b;&b;&b;&b;">]>`,
	} {
		if got := began([]byte(head + `<Session><SessionTimers ClientBeginRequest="&when;"/></Session>`)); got != "" {
			t.Errorf("%s: began at %q", head, got)
		}
	}
}
