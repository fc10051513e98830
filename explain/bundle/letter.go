package bundle

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"

	"inzage/explain/law"
	"inzage/schema"
)

// coverLetter is what goes with the answer: the decision, how to read the answer, the dates,
// the remedy.
type coverLetter struct {
	Lang, Title string
	Facts       []letterFact
	Greeting    string
	Parts       []letterPart
	Closing     string
	From        []string
}

type letterFact struct{ Name, Value string }

// letterPart is a paragraph, under a heading or not.
type letterPart struct {
	Heading string
	Text    string
}

//go:embed letter.html
var letterPage string

// letters puts the letter in the bundle, as a page and as plain text.
func (b *book) letters() error {
	if b.head.Law == nil {
		return nil
	}
	l := b.letter()
	page, err := template.New("letter").Parse(letterPage)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "read letter template", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, l); err != nil {
		return schema.Fail(schema.CodeInternal, "write letter", err)
	}
	if _, err := b.zip.copy(b.letterPath()+".html", &out); err != nil {
		return err
	}
	_, err = b.zip.copy(b.letterPath()+".txt", strings.NewReader(l.plain()))
	return err
}

// letterPath is the letter's name in the zip, without ending.
func (b *book) letterPath() string { return b.word("letter.file") }

func (b *book) letter() *coverLetter {
	w, t := b.head.Words, b.head.Law
	l := &coverLetter{
		Lang: string(b.head.Lang), Title: b.word("letter.title"), Greeting: b.word("letter.greeting"), Closing: b.word("letter.closing"),
		Facts: []letterFact{
			{b.word("readme.case"), visible(b.head.Case)},
			{b.word("readme.received"), w.civil(t.Day)},
			{b.word("letter.due"), w.civil(schema.DeadlineFor(t.Day, schema.Careful).Due)},
		},
	}
	if t.Controller == law.PublicBody {
		l.Title = b.word("letter.title.decision")
	}
	some := b.all.Explained()+b.all.Unreadable > 0
	unknown, refused, broken := b.unread()
	partly := b.all.Others+b.all.Unreadable+b.masked.total+int64(len(b.withheld))+unknown+refused+broken > 0
	failed := len(b.wholes(Search.failed)) > 0
	for _, e := range t.In(law.Letter) {
		kind, _, _ := strings.Cut(e.Key, "-")
		if kind == "some" && !some || kind == "none" && some || kind == "partly" && !partly || kind == "failed" && !failed {
			continue
		}
		l.Parts = append(l.Parts, letterPart{visible(b.fill(e, e.Name)), visible(b.fill(e, e.Text))})
	}
	for _, s := range []string{b.head.Organisation, b.head.Contact.Contact, b.head.Contact.Website} {
		if s != "" {
			l.From = append(l.From, visible(s))
		}
	}
	return l
}

// textWidth is the length of a line of the plain letter.
const textWidth = 76

// plain is the letter as text.
func (l *coverLetter) plain() string {
	var b strings.Builder
	line := func(s string) { b.WriteString(wrap(s, textWidth) + "\n") }
	line(l.Title)
	b.WriteString(strings.Repeat("=", min(len([]rune(l.Title)), textWidth)) + "\n\n")
	for _, f := range l.Facts {
		line(f.Name + ": " + f.Value)
	}
	b.WriteByte('\n')
	line(l.Greeting)
	for _, p := range l.Parts {
		b.WriteByte('\n')
		if p.Heading != "" {
			line(p.Heading)
		}
		line(p.Text)
	}
	b.WriteByte('\n')
	line(l.Closing)
	for _, s := range l.From {
		line(s)
	}
	return b.String()
}

// wrap breaks a text into lines of at most width characters, longer words aside.
func wrap(s string, width int) string {
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(s) {
		long := len([]rune(word))
		switch {
		case n == 0:
		case n+1+long > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += long
	}
	return b.String()
}
