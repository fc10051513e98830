package pages

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainPage is a page as most are. Each variation writes it another way that
// pages have been written, or will be, and must give the same names.
const plainPage = `---
title: Listed data for Garden
ms.date: 03/04/2031
---

# Listed data for Garden

These are the events.

## Digging data events

### Soil subtype

#### Office.Garden.Soil.Dug

This event is collected when somebody digs. It helps to see whether digging works.

The following fields are collected:

- **Data_Depth** - How deep the hole is.
- **Data_Tool** - The tool that was used.
- **SessionId** - The session.

#### Office.Garden.Soil.Raked

This event is sent when somebody rakes.

The following fields are collected:

- **Data_Width** - How wide.
- **Speed** - How fast.

#### Office.Garden.Soil.Nothing

This event has nothing of its own.

The following fields are collected:

- None

## Watering data events

#### Office.Garden.Water.Poured

Collected when water is poured.

The following fields are collected:

- **Liters** - How much.
`

func plainNames() map[string]string {
	return map[string]string{
		"Office.Garden.Soil.Dug":     "Data_Depth|Data_Tool|SessionId",
		"Office.Garden.Soil.Raked":   "Data_Width|Speed",
		"Office.Garden.Soil.Nothing": "",
		"Office.Garden.Water.Poured": "Liters",
	}
}

// namesOf gives the fields of each event of a page.
func namesOf(t *testing.T, page string) map[string]string {
	t.Helper()
	p, err := Parse("garden", strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, line := range p.List() {
		parts := strings.Split(line, "\t")
		got[parts[1]] = parts[2]
	}
	return got
}

var (
	oneField   = regexp.MustCompile(`(?m)^- \*\*(\S+)\*\* - (.*)$`)
	allFields  = regexp.MustCompile(`(?m)(^- \*\*.*\n)+`)
	eventTitle = regexp.MustCompile(`(?m)^#### (.*)$`)
	groupTitle = regexp.MustCompile(`(?m)^##+ (Dig|Wat|Soil).*\n`)
	introLine  = "The following fields are collected:"
)

// TestWaysToWriteFields: bold, italic, code and HTML marks, none at all, every
// kind of bullet and of separator, types in every place.
func TestWaysToWriteFields(t *testing.T) {
	t.Parallel()
	for _, to := range []string{
		"- **`$1`** - $2", "- `$1` - $2", "- `$1`: $2", "* **$1** - $2", "* **$1**- $2", "+ **$1** - $2",
		"1. **$1** - $2", "12) **$1** - $2", "- <b>$1</b> - $2", "- <strong>$1</strong> - $2", "- __${1}__ - $2",
		"- ***$1*** - $2", "- *$1* - $2", "- _${1}_ - $2", "- **$1**&nbsp;- $2", "- **$1** &ndash; $2", "- **$1**—$2",
		"- **$1:** $2", "- **$1**: $2", "- $1 - $2", "- $1: $2", "- **$1**", "- $1", "-**$1** - $2", "- **$1**$2",
		"- **\u200b$1\u200b** - $2", "-\u00a0**$1**\u00a0-\u00a0$2", "- **$1** -\n  $2", "- **$1**\n  $2", "- **$1** - $2\n",
		"**$1** - $2\n", "**$1**  $2\n", "- **$1** (string) - $2", "- **$1 (string)** - $2", "- **$1** : string - $2",
		"- **$1** [string] - $2", "- **$1** *(string)* - $2", "- **$1**, string - $2", "    - **$1** - $2",
		"- [**$1**](#x) - $2", "- **[$1](#x)** - $2", "-   **$1** - $2", "-\t**$1** - $2", "- **$1** - $2 **Deprecated.**",
		"- **$1** - $2\n\n> [!NOTE]\n> This field is **deprecated** and **old**.\n", "- **$1** - $2 **Note:** see **this** - thing.",
		"- **$1** (previously named **Old$1**) - $2",
	} {
		if d := cmp.Diff(plainNames(), namesOf(t, oneField.ReplaceAllString(plainPage, to))); d != "" {
			t.Errorf("%q (-want +got):\n%s", to, d)
		}
	}
}

// TestWaysToWriteTables: the columns that tables of fields have had, with and
// without bars at the margin, the names not always first.
func TestWaysToWriteTables(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ header, row string }{
		{"| Field | Description |\n|---|---|\n", "| $1 | $2 |"},
		{"| Name | Description |\n|---|---|\n", "| $1 | $2 |"},
		{"| Name | Type | Description |\n|---|---|---|\n", "| **$1** | string | $2 |"},
		{"| Field | Type | Description |\n|---|---|---|\n", "| **$1** | string | $2 |"},
		{"| Field name | Data type | Description |\n|---|---|---|\n", "| `$1` | string | $2 |"},
		{"Field | Description\n---|---\n", "$1 | $2"},
		{"| Column | Description |\n|---|---|\n", "| $1 | $2 |"},
		{"| Data point | Description |\n|---|---|\n", "| $1 | $2 |"},
		{"| Key | Value |\n|---|---|\n", "| $1 | $2 |"},
		{"| Description | Field |\n|:---|:---:|\n", "| $2 a \\| b | $1 |"},
	} {
		page := allFields.ReplaceAllStringFunc(plainPage, func(list string) string {
			return way.header + oneField.ReplaceAllString(list, way.row)
		})
		if d := cmp.Diff(plainNames(), namesOf(t, page)); d != "" {
			t.Errorf("%q (-want +got):\n%s", way.header, d)
		}
	}
}

// TestWaysToWriteEvents: levels and marks of headings, bold lines, what stands
// around a name, and what else stands between the events.
func TestWaysToWriteEvents(t *testing.T) {
	t.Parallel()
	flat := groupTitle.ReplaceAllString(plainPage, "")
	_, after, _ := strings.Cut(plainPage, "\n# Listed")
	for name, page := range map[string]string{
		"level 2":            eventTitle.ReplaceAllString(plainPage, "## $1"),
		"level 3":            eventTitle.ReplaceAllString(plainPage, "### $1"),
		"level 5":            eventTitle.ReplaceAllString(plainPage, "##### $1"),
		"level 1":            eventTitle.ReplaceAllString(flat, "# $1"),
		"two levels":         strings.Replace(plainPage, "#### Office.Garden.Soil.Raked", "##### Office.Garden.Soil.Raked", 1),
		"no groups":          flat,
		"bold heading":       eventTitle.ReplaceAllString(plainPage, "#### **$1**"),
		"bold line":          eventTitle.ReplaceAllString(plainPage, "**$1**"),
		"code":               eventTitle.ReplaceAllString(plainPage, "#### `$1`"),
		"italic":             eventTitle.ReplaceAllString(plainPage, "#### *$1*"),
		"link":               eventTitle.ReplaceAllString(plainPage, "#### [$1](#x)"),
		"anchor before":      eventTitle.ReplaceAllString(plainPage, `#### <a name="x"></a>$1`),
		"anchor behind":      eventTitle.ReplaceAllString(plainPage, "#### $1 {#x}"),
		"remark":             eventTitle.ReplaceAllString(plainPage, "#### $1 - an event"),
		"colon":              eventTitle.ReplaceAllString(plainPage, "#### $1:"),
		"label":              eventTitle.ReplaceAllString(plainPage, "#### Event: $1"),
		"number":             eventTitle.ReplaceAllString(plainPage, "#### 1.2 $1"),
		"deprecated":         eventTitle.ReplaceAllString(plainPage, "#### $1 (deprecated)"),
		"the word event":     eventTitle.ReplaceAllString(plainPage, "#### $1 event"),
		"no space":           eventTitle.ReplaceAllString(plainPage, "####$1"),
		"closed":             eventTitle.ReplaceAllString(plainPage, "#### $1 ####"),
		"rule under it":      eventTitle.ReplaceAllString(plainPage, "$1\n----"),
		"rule above it":      eventTitle.ReplaceAllString(plainPage, "---\n\n#### $1"),
		"space at a dot":     strings.ReplaceAll(plainPage, "Garden.Soil.Dug", "Garden. Soil.Dug"),
		"escapes":            strings.ReplaceAll(plainPage, "_", `\_`),
		"entities":           strings.ReplaceAll(plainPage, "Data_", "Data&#95;"),
		"CRLF":               strings.ReplaceAll(plainPage, "\n", "\r\n"),
		"CR":                 strings.ReplaceAll(plainPage, "\n", "\r"),
		"byte order mark":    "\ufeff" + plainPage,
		"no front matter":    "# Listed" + after,
		"comment":            strings.Replace(plainPage, "This event is sent", "<!--\n- **Hidden** - y\n#### Office.Hidden.Event\n-->\nThis event is sent", 1),
		"callout":            strings.Replace(plainPage, "This event is sent", "> [!NOTE]\n> **Deprecated.** See **Office.Other.Event** - gone.\n> - **NoField** - x\n\nThis event is sent", 1),
		"deprecated in bold": strings.Replace(plainPage, "This event is sent", "**This event is deprecated.**\n\nThis event is sent", 1),
		"include":            strings.Replace(plainPage, "This event is sent", "[!INCLUDE [x](y.md)]\n\nThis event is sent", 1),
		"values":             strings.Replace(plainPage, "- How fast.", "- How fast. One of:\n  - 0: slow\n  - `1` - fast\n  - Unknown - other", 1),
		"values at margin":   strings.Replace(plainPage, "- How fast.", "- How fast. One of:\n- 0: slow\n- 1 - fast", 1),
		"values in bold":     strings.Replace(plainPage, "- How fast.", "- How fast. It is **0** - slow or **1** - fast.", 1),
	} {
		if d := cmp.Diff(plainNames(), namesOf(t, page)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for _, between := range []string{", ", "; ", " and ", " or ", " / "} {
		want := maps.Clone(plainNames())
		want["Office.Garden.Soil.Swept"] = want["Office.Garden.Soil.Raked"]
		page := strings.Replace(plainPage, "Soil.Raked\n", "Soil.Raked"+between+"Office.Garden.Soil.Swept\n", 1)
		if d := cmp.Diff(want, namesOf(t, page)); d != "" {
			t.Errorf("two names with %q between them (-want +got):\n%s", between, d)
		}
	}
}

// TestWaysToAnnounceFields: the sentence before the fields, or what stands in
// its place.
func TestWaysToAnnounceFields(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"The following fields are available:", "Fields:", "**" + introLine + "**", "The following fields are collected", "This event collects the following fields.",
		"This event collects the following data:", "###### Fields", "##### Fields", "##### " + introLine, "##### Properties", "",
		"##### Description\n\nWhat it is.\n\n##### Fields",
	} {
		if d := cmp.Diff(plainNames(), namesOf(t, strings.ReplaceAll(plainPage, introLine, line))); d != "" {
			t.Errorf("%q (-want +got):\n%s", line, d)
		}
	}
}

// TestEventsInTables: some pages give their events in tables only; where they
// stand under headings too, a table of them is an index.
func TestEventsInTables(t *testing.T) {
	t.Parallel()
	const page = "# Listed data for Garden\n\n## Digging\n\n| **Event name** | **Description** |\n|---|---|\n" +
		"| Office.Garden.Soil.Dug | Somebody dug. |\n| `Office.Garden.Soil.Raked` | Raked. |\n| two words | Not a name. |\n"
	want := map[string]string{"Office.Garden.Soil.Dug": "", "Office.Garden.Soil.Raked": ""}
	if d := cmp.Diff(want, namesOf(t, page)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	const withFields = "# Listed data for Garden\n\n| Event | Fields |\n|---|---|\n| Office.Garden.Soil.Dug | Data_Depth, Data_Tool<br>SessionId |\n"
	if d := cmp.Diff(map[string]string{"Office.Garden.Soil.Dug": plainNames()["Office.Garden.Soil.Dug"]}, namesOf(t, withFields)); d != "" {
		t.Errorf("with fields (-want +got):\n%s", d)
	}
	index := strings.Replace(plainPage, "These are the events.", "| Event | Link |\n|---|---|\n| Office.Garden.Soil.Dug | [here](#dug) |", 1)
	if d := cmp.Diff(plainNames(), namesOf(t, index)); d != "" {
		t.Errorf("an index (-want +got):\n%s", d)
	}
	p, err := Parse("garden", strings.NewReader("# A page\n\n<table>\n<tr><td>Field</td></tr>\n</table>\n"))
	if err != nil || p.Odd[OddHTML] != 1 {
		t.Errorf("a table in HTML is not counted: %v, %v", p.Odd, err)
	}
}

// TestWaysToNameTheOldName: a remark in brackets, a line of its own, or behind
// the name of a field.
func TestWaysToNameTheOldName(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"*[This event was previously named Office.Garden.Old.]*", "[This event was previously called Office.Garden.Old]", "*Previously named Office.Garden.Old*",
		"**Previously named:** `Office.Garden.Old`.", "Formerly known as Office.Garden.Old.", "This event was previously named Office.Garden.Old.",
		"Collected when somebody rakes (previously named Office.Garden.Old).",
	} {
		p, err := Parse("garden", strings.NewReader(strings.Replace(plainPage, "This event is sent", line+"\n\nThis event is sent", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"Office.Garden.Old"}, p.Events[1].Old); d != "" {
			t.Errorf("%q (-want +got):\n%s", line, d)
		}
	}
	p, err := Parse("garden", strings.NewReader(strings.Replace(plainPage, "- **Speed** - How fast.", "- **Speed** (previously named **Pace**) - How fast.", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if f := p.Events[1].Fields[1]; f.Name != "Speed" || f.Text != "How fast." || len(f.Old) != 1 || f.Old[0] != "Pace" {
		t.Errorf("a field with its old name: %+v", f)
	}
}
