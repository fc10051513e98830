package explain

import (
	"strings"
	"testing"
	"time"

	"inzage/schema"
)

func TestValuesInWords(t *testing.T) {
	t.Parallel()
	c := builtin(t)
	nl, en := c.Interpreter(schema.Dutch, amsterdam(t)), c.Interpreter(schema.English, amsterdam(t))
	tests := []struct{ as, value, nl, en string }{
		// moments: ISO, FILETIME, .NET ticks, Unix, PowerShell; winter and summer time
		{"time", "2025-11-03T08:14:09.12Z", "3 november 2025 om 09.14 uur", "3 November 2025 at 09:14"},
		{"time", "2025-07-03T08:14:09.120000+00:00", "3 juli 2025 om 10.14 uur", "3 July 2025 at 10:14"},
		{"time", "2020-06-15T13:45:30+00:30", "15 juni 2020 om 15.15 uur", "15 June 2020 at 15:15"},
		{"time", "132658831023750000", "19 mei 2021 om 09.31 uur", "19 May 2021 at 09:31"},
		{"time", "638977448491200000", "3 november 2025 om 06.34 uur", "3 November 2025 at 06:34"},
		{"time", "1762157649", "3 november 2025 om 09.14 uur", "3 November 2025 at 09:14"},
		{"time", "1762157649120", "3 november 2025 om 09.14 uur", "3 November 2025 at 09:14"},
		{"time", "/Date(1762157649120)/", "3 november 2025 om 09.14 uur", "3 November 2025 at 09:14"},
		{"date", "2025-11-03", "3 november 2025", "3 November 2025"},
		{"time", "42", "", ""},
		{"time", "1601-01-01T00:00:00Z", "", ""},
		// durations and sizes
		{"duration-ms", "586", "586 milliseconden", "586 milliseconds"},
		{"duration-ms", "1000", "1 seconde", "1 second"},
		{"duration-ms", "51498798", "14 uur", "14 hours"},
		{"duration-s", "90", "90 seconden", "90 seconds"},
		{"duration-s", "259200", "3 dagen", "3 days"},
		{"duration-us", "1500", "1,5 milliseconden", "1.5 milliseconds"},
		{"duration-100ns", "10000000", "1 seconde", "1 second"},
		{"duration-ms", "-5", "", ""},
		{"bytes", "0", "0 bytes", "0 bytes"},
		{"bytes", "2048", "2 kB", "2 kB"},
		{"bytes", "1572864", "1,5 MB", "1.5 MB"},
		{"megabytes", "16384", "16 GB", "16 GB"},
		{"bytes", "NaN", "", ""},
		// numbers keep every digit
		{"number", "9007199254740993", "9.007.199.254.740.993", "9,007,199,254,740,993"},
		{"number", "1234", "1234", "1234"},
		{"number", "-12345.60", "-12.345,60", "-12,345.60"},
		{"number", "1e6", "", ""},
		{"number", "4294967295", "Windows schrijft dit getal als de waarde onbekend is", "Windows writes this number where the value is unknown"},
		// yes and no in every spelling
		{"yesno", "True", "ja", "yes"},
		{"yesno", "0", "nee", "no"},
		{"yesno", "maybe", "", ""},
		// codes
		{"country", "nl", "Nederland", "Netherlands"},
		{"language", "nl-NL", "Nederlands (Nederland)", "Dutch (Netherlands)"},
		{"language", "xx", "", ""},
		{"hresult", "0", "0x00000000: gelukt", "0x00000000: succeeded"},
		{"hresult", "-2147024891", "", ""},
		{"hresult", "0x8ABCDEF1", "0x8ABCDEF1: een foutcode", "0x8ABCDEF1: an error code"},
		{"hresult", "99999999999", "", ""},
		{"program", "W:0000f519feec486de87ed73cb92d3cac802400000000!00009914f5914c02add1d3590844a628b3c5a5fa2c48!outlook.exe", "outlook.exe", "outlook.exe"},
		{"program", "U:Microsoft.WindowsStore_12104.1001.1.0_x64__8wekyb3d8bbwe!App", "Microsoft.WindowsStore", "Microsoft.WindowsStore"},
		{"program", "W:0000!0000!", "", ""},
		{"program", "outlook.exe", "", ""},
		{"pii-kind", "321", "", ""},
		{"pii-kind", "5", "de afzender geeft dit veld geen persoonlijk merk", "the sender gives this field no personal mark"},
	}
	for _, tc := range tests {
		gotNL, gotEN := nl.Words(tc.as, tc.value), en.Words(tc.as, tc.value)
		switch {
		case tc.as == "hresult" && tc.value == "-2147024891":
			if !strings.HasPrefix(gotNL, "0x80070005: ") || len(gotNL) < 15 {
				t.Errorf("negative HRESULT: %q", gotNL)
			}
		case tc.as == "pii-kind" && tc.value == "321":
			if !strings.HasPrefix(gotNL, "de afzender merkt dit veld zelf aan als: ") {
				t.Errorf("PII kind 10: %q", gotNL)
			}
		case gotNL != tc.nl || gotEN != tc.en:
			t.Errorf("%s %s: got %q, %q, want %q, %q", tc.as, tc.value, gotNL, gotEN, tc.nl, tc.en)
		}
	}
}

// TestEveryBitIsNamed: a privacy mask is never shown with a bit left out.
func TestEveryBitIsNamed(t *testing.T) {
	t.Parallel()
	in := builtin(t).Interpreter(schema.Dutch, time.UTC)
	if got := strings.Count(in.Words("bits:privtags", "16779264"), ","); got != 1 { // 0x1000800
		t.Errorf("two bits, %d commas", got)
	}
	if got := in.Words("bits:privtags", "9223372036854775808"); got != "9223372036854775808" {
		t.Errorf("unknown bit: %q", got)
	}
}

func FuzzInterpreter(f *testing.F) {
	c := builtin(f)
	for _, v := range []string{"", "1", "-1", "2025-11-03T08:14:09Z", "0x80070005", "1e400", "9223372036854775807", "m:12", ":"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		for _, l := range []schema.Lang{schema.Dutch, schema.English} {
			in := c.Interpreter(l, time.UTC)
			for _, as := range []string{
				"time", "date", "number", "yesno", "bytes", "kilobytes", "megabytes", "duration-ms", "duration-s", "duration-us",
				"duration-100ns", "hresult", "ntstatus", "win32", "http", "country", "language", "bits:privtags", "bits:edge-consent", "pii-kind", "id-prefix", "program",
			} {
				first := in.Words(as, v)
				if again := in.Words(as, v); again != first {
					t.Errorf("%s: %q, then %q", as, first, again)
				}
				if strings.Contains(first, "‹") || strings.Contains(first, "{") && !strings.Contains(v, "{") {
					t.Errorf("%s: unfinished text %q", as, first)
				}
			}
		}
	})
}

// A code of millions of digits is read in one pass: one that went over them again and
// again took minutes.
func TestHugeCode(t *testing.T) {
	t.Parallel()
	in := builtin(t).Interpreter(schema.Dutch, time.UTC)
	for _, digit := range []string{"9", "f", "0", "-"} {
		for _, as := range []string{"hresult", "ntstatus"} {
			if w := in.Words(as, "0x1"+strings.Repeat(digit, 4_000_000)) + in.Words(as, "1"+strings.Repeat(digit, 4_000_000)); w != "" {
				t.Errorf("%s of many %q: %.40q", as, digit, w)
			}
		}
	}
}

// Times without anything in them are no times, and stop nobody.
func TestEmptyTimes(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"/Date()/", "/Date(-)/", "/Date(", "2026-1-1", "12345-01-01", "2026-01-0", "   2026   "} {
		if at, ok := ParseTime(v); ok {
			t.Errorf("%q is %s", v, at)
		}
	}
}
