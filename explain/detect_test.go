package explain

import (
	"strings"
	"testing"

	"inzage/schema"
)

func testDetector() detector {
	return newDetector(schema.Subject{
		Name:     schema.NewPersonal("Sanne de Wit"),
		ObjectID: schema.NewPersonal("20194f62-a239-4318-b09d-866fba521c7a"),
	})
}

func TestDetect(t *testing.T) {
	t.Parallel()
	d := testDetector()
	tests := []struct{ value, reason string }{
		// addresses
		{"sanne@waterland.example", "detected-email"},
		{"8:orgid x jan.de-boer+2@a.b.nl!", "detected-email"},
		{"user@localhost", ""},
		{"@mention", ""},
		{"a@b.c1", ""},
		{"AppResources@2x.png", ""},
		// paths with a person's folder
		{`C:\Users\sdewit\Documents\x.docx`, "detected-path"},
		{`C:\\Users\\sdewit\\x`, "detected-path"},
		{"/Users/sanne/Library/x", "detected-path"},
		{"/home/sanne/x", "detected-path"},
		{`C:\Users\Public\Desktop\x`, ""},
		{`C:\Windows\System32\x.dll`, ""},
		{"/Users/Shared/x/y", ""},
		// personal sites
		{"https://gemeente-my.sharepoint.com/personal/sdewit_gemeente_nl/Documents", "detected-url"},
		{"https://gemeente.sharepoint.com/sites/x", ""},
		// identifiers
		{"S-1-5-21-1004336348-1177238915-682003330-512", "detected-sid"},
		{"S-1-12-1-538529634-1125687865-1871093168-2048676538", "detected-sid"},
		{"S-1-5-18", ""},
		{"user: 20194F62-A239-4318-B09D-866FBA521C7A", "detected-subject-id"},
		{"0f8fad5b-d9cb-469f-a165-70867728950e", ""},
		{"hallo SANNE DE WIT, welkom", "detected-name"},
		// network addresses
		{"82.94.11.7", "detected-ip"},
		{"82.94.11.7:443", "detected-ip"},
		{"2001:db8:1::7", "detected-ip"},
		{"127.0.0.1", ""},
		{"82.94.11.0", ""},
		{"12:34:56", ""},
		{"", ""},
	}
	for _, tc := range tests {
		f, ok := d.detect(tc.value, false)
		if ok != (tc.reason != "") || f.reason != tc.reason {
			t.Errorf("%q: got %q, want %q", tc.value, f.reason, tc.reason)
		}
	}
	if _, ok := d.detect("16.0.1.7", true); ok {
		t.Error("a version number taken for an address")
	}
}

// FuzzDetect: what was detected stays detected when text is put around it; but
// for what is a name or a file only as a whole value.
func FuzzDetect(f *testing.F) {
	for _, v := range []string{"jan@gemeente.nl", `C:\Users\jan\x`, `D:\Zaken\x.docx`, "Raad/nota.pdf", `X\jan`, "S-1-5-21-1", "10.1.2.3", "/home/jan/", ""} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		d := testDetector()
		if f, ok := d.detect(v, false); ok {
			if f.class == schema.Unknown || f.reason == "" || f.identifier == "" {
				t.Errorf("incomplete finding %+v", f)
			}
			if f.reason == "detected-file" || f.reason == "detected-user" {
				return
			}
			if _, still := d.detect("x "+v+" x", false); !still && !strings.ContainsAny(v, "\r\n") {
				t.Errorf("lost when surrounded: %q", v)
			}
		}
	})
}
