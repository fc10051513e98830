package explain

import (
	"slices"
	"strings"
	"testing"

	"inzage/schema"
)

// TestBareNames holds that one common word is explained by where it stands: the
// name that Windows gives an app is no event's, and what only some events tell
// is not said of the others.
func TestBareNames(t *testing.T) {
	t.Parallel()
	x := builtin(t).For(Reader{Lang: schema.English})
	const depends = "depends on the event"
	for _, tc := range []struct {
		source, event, path string
		class               schema.Class
		says                string
	}{
		{"dataviewer", "Office.Word.FileSaved", "name", schema.AggregateTechnical, "The name of the event."},
		{"dataviewer", "Office.Word.FileSaved", "data.Name", schema.Unknown, depends},
		{"graphexport", "Office.Word.FileSaved", "properties.Name", schema.Unknown, depends},
		{"", "Office.Word.FileSaved", "Name", schema.Unknown, depends},
		{"", "Office.StickyNotes.Web.SDK.Trace", "Data_Name", schema.AggregateTechnical, "place in the program"},
		{"", "Microsoft.Windows.Inventory.Core.InventoryApplicationAdd", "Name", schema.DeviceOrSoftware, "app"},
		{"dataviewer", "Office.Word.FileSaved", "flags", schema.AggregateTechnical, "handles the event"},
		{"", "Office.Identity.FbaPromptWin32", "Flags", schema.Stripped, "Switches"},
		{"", "Office.Word.FileSaved", "Title", schema.Unknown, depends},
		{"", "Office.Word.FileSaved", "Description", schema.Unknown, depends},
		{"", "android.exit.info", "description", schema.AggregateTechnical, "stopped"},
		{"", "Office.Word.FileSaved", "Level", schema.AggregateTechnical, depends},
		{"", "Office.Word.FileSaved", "Event", schema.Unknown, depends},
		{"", "Office.Word.FileSaved", "Date", schema.LinkedUsage, depends},
		{"", "Office.Word.FileSaved", "Payload", schema.AggregateTechnical, "information"},
		{"", "Census.PrivacySettings", "Email", schema.LinkedUsage, "Whether apps may"},
		{"", "Office.Word.FileSaved", "Email", schema.DirectIdentifier, "An e-mail address"},
		{"", "Office.Word.FileSaved", "Alias", schema.DirectIdentifier, "short name"},
		{"", "OneNote.SignIn.AccountAdded", "SyncType", schema.AggregateTechnical, "your account"},
		{"", "conversation_load_time", "time", schema.AggregateTechnical, "How long"},
	} {
		e := x.Explain(schema.Record{Source: tc.source, Event: tc.event, Fields: fields(tc.path, "x")})
		if n := e.Notes[0]; n.Class != tc.class || !strings.Contains(n.Meaning, tc.says) {
			t.Errorf("%s in %s: got %s %q, want %s with %q", tc.path, tc.event, n.Class, n.Meaning, tc.class, tc.says)
		}
	}
	// Words that mean something in one event only say nothing of it elsewhere.
	for _, name := range []string{"Device", "Generic", "Inbox", "Custom", "Signature", "Blocking", "Bluetooth", "Microphone", "Failed", "Applicable"} {
		n := x.Explain(schema.Record{Event: "Office.Word.FileSaved", Fields: fields("Data_"+name, "x")}).Notes[0]
		if n.Layer == schema.LayerDictionary {
			t.Errorf("%s: %q is said of any event", name, n.Meaning)
		}
	}
}

// TestPatternsOfALongName holds that the name of an event, which is as long as a
// file makes it, is looked up in time by its length.
func TestPatternsOfALongName(t *testing.T) {
	t.Parallel()
	for _, event := range []string{"", ".", "...", strings.Repeat("a.", 1<<15), strings.Repeat(".", 1<<15), strings.Repeat("a", 1<<15) + ".b"} {
		bytes := 0
		patterns(event, func(p string) bool {
			bytes += len(p)
			return false
		})
		if most := 3*len(event) + maxPattern*maxPattern; bytes > most {
			t.Errorf("%.10q of %d bytes: %d bytes looked up, at most %d", event, len(event), bytes, most)
		}
	}
	long := "a." + strings.Repeat("b", 2*maxPattern)
	if !slices.Contains(collect(long), "a.*") || !slices.Contains(collect(long), long) {
		t.Errorf("a long name fits no pattern: %d", len(collect(long)))
	}
}

func collect(event string) (list []string) {
	patterns(event, func(p string) bool {
		list = append(list, p)
		return false
	})
	return list
}
