package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"inzage/explain/bundle"
	"inzage/explain/register"
	"inzage/schema"
)

// listName is the file with the list in a folder of registers, and in one of legal
// texts.
const listName = "subprocessors.yaml"

// maxList is the size of the largest list that is read, in bytes, unpacked.
const maxList = 32 << 20

// imported is what came of an import, as --json says it.
type imported struct {
	Version  int               `json:"version"`
	On       schema.Date       `json:"on"`
	Rows     int               `json:"rows"`
	Names    int               `json:"names"`
	Nameless int               `json:"nameless"`
	Before   int               `json:"before"`
	Repeated int               `json:"repeated"`
	Sheets   int               `json:"other-sheets"` // lines on other sheets
	Columns  []register.Head   `json:"columns"`
	Since    *schema.Date      `json:"since,omitempty"` // the day of the list before
	Changes  *register.Changes `json:"changes,omitempty"`
}

func (a *app) registersCommand() *cobra.Command {
	c := a.command("registers", "registers", cobra.NoArgs, func(c *cobra.Command, _ []string) error { return c.Help() })
	c.AddCommand(a.registersImportCommand())
	return c
}

func (a *app) registersImportCommand() *cobra.Command {
	var folder, legal, on string
	var columns []string
	var asJSON bool
	c := a.command("import FILE", "registers.import", cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		if on == "" || folder == "" {
			return a.usage("cli.registers.needs")
		}
		day, err := schema.ParseDate(on)
		if err != nil {
			return a.usage("cli.error.date", "date", on)
		}
		named, err := a.namedColumns(columns)
		if err != nil {
			return err
		}
		table, elsewhere, err := a.readList(args[0], named)
		if err != nil {
			return err
		}
		list := &register.Companies{On: day, Source: a.bothTexts("registers.source"), Rows: table.Rows}
		r := imported{
			Version: 1, On: day, Rows: len(list.Rows), Names: len(list.ByName()), Nameless: table.Nameless,
			Before: table.Before, Repeated: table.Repeated, Sheets: elsewhere, Columns: table.Heads,
		}
		if r.Nameless > 0 {
			a.code = exitIncomplete
		}
		if err := a.compareList(&r, list, filepath.Join(folder, listName)); err != nil {
			return err
		}
		if err := a.writeList(list, folder, legal); err != nil {
			return err
		}
		if asJSON {
			return a.printJSON(r)
		}
		a.tellImported(&r, folder)
		return nil
	})
	c.Flags().StringVar(&folder, "registers", "", a.text("cli.flag.registers-into"))
	c.Flags().StringVar(&legal, "law", "", a.text("cli.flag.law-into"))
	c.Flags().StringVar(&on, "on", "", a.text("cli.flag.list-on"))
	c.Flags().StringArrayVar(&columns, "column", nil, a.text("cli.flag.column"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// bothTexts is a text of the catalog in both languages.
func (a *app) bothTexts(key string, args ...any) register.Text {
	in := func(l schema.Lang) string { return a.catalog.Text(l, key, args...) }
	return register.Text{NL: in(schema.Dutch), EN: in(schema.English)}
}

// namedColumns reads what --column says: which column is which.
func (a *app) namedColumns(list []string) (map[string]register.Column, error) {
	named := make(map[string]register.Column, len(list))
	for _, x := range list {
		is, head, ok := strings.Cut(x, "=")
		if !ok || head == "" || !slices.Contains(register.ColumnNames(), register.Column(is)) {
			return nil, a.usage("cli.registers.column", "columns", strings.Join(codes(register.ColumnNames()), ", "))
		}
		named[head] = register.Column(is)
	}
	return named, nil
}

// readList reads the sheet with the list, and counts the lines on others.
func (a *app) readList(file string, named map[string]register.Column) (table register.Table, elsewhere int, err error) {
	sheets, err := a.readSheets(file)
	if err != nil {
		return table, 0, err
	}
	found := -1
	var heads []register.Head // the first that can be told, for who has to name them
	for i, lines := range sheets {
		t, ok := register.ReadTable(lines, named)
		if ok && found < 0 {
			found, table, heads = i, t, t.Heads
		}
		if len(heads) == 0 {
			heads = t.Heads
		}
	}
	if len(table.Rows) == 0 {
		var list []string
		for _, h := range heads {
			list = append(list, visible(h.Text))
		}
		return table, 0, a.usage("cli.registers.no-list", "heads", strings.Join(list, " | "), "columns", strings.Join(codes(register.ColumnNames()), ", "))
	}
	for i, lines := range sheets {
		if i == found {
			continue
		}
		for _, cells := range lines {
			if strings.TrimSpace(strings.Join(cells, "")) != "" {
				elsewhere++
			}
		}
	}
	return table, elsewhere, nil
}

// readSheets reads a workbook, or a table in text.
func (a *app) readSheets(file string) ([][][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, a.usage("cli.error.file-unread", "file", visible(file))
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxList+1))
	if err != nil || len(data) > maxList {
		return nil, a.usage("cli.error.file-unread", "file", visible(file))
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return bundle.ReadRows(bytes.NewReader(data), maxList)
	}
	text := plainText(data)
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, schema.Fail(schema.CodeSyntax, "read list: no text", nil)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter(text), -1, true
	lines, err := r.ReadAll()
	if err != nil {
		return nil, schema.Fail(schema.CodeSyntax, "read list", err)
	}
	return [][][]string{lines}, nil
}

// plainText is text without the mark of its encoding: UTF-8, or UTF-16 as Excel
// saves "Unicode text".
func plainText(data []byte) string {
	if rest, wide := bytes.CutPrefix(data, []byte("\xff\xfe")); wide {
		units := make([]uint16, 0, len(rest)/2)
		for i := 0; i+1 < len(rest); i += 2 {
			units = append(units, uint16(rest[i])|uint16(rest[i+1])<<8)
		}
		return string(utf16.Decode(units))
	}
	return string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
}

// delimiter is what parts the cells: the one of which the text has most lines.
func delimiter(text string) rune {
	best, most := ',', -1
	for _, d := range []rune{',', ';', '\t'} {
		n := 0
		for line := range strings.Lines(text) {
			if strings.ContainsRune(line, d) {
				n++
			}
		}
		if d == '\t' && n > 0 { // a comma stands in text too, a tab hardly does
			n = max(n, most+1)
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

// compareList lays the list beside the one of before. A list that is older than
// that one is refused.
func (a *app) compareList(r *imported, list *register.Companies, file string) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "read list of before", err)
	}
	before, err := register.ReadCompanies(data)
	if err != nil {
		return err
	}
	if list.On.Before(before.On) {
		return a.usage("cli.registers.older", "day", a.day(before.On))
	}
	changes := list.Changes(before)
	r.Since, r.Changes = &before.On, &changes
	return nil
}

// tellImported says what came of it.
func (a *app) tellImported(r *imported, folder string) {
	a.printf("%s\n", a.text("registers.import.done", "rows", r.Rows, "names", r.Names, "day", a.day(r.On), "folder", folder))
	for _, h := range r.Columns {
		if h.Text == "" {
			continue
		}
		is := a.text("registers.column.other")
		if h.Is != "" {
			is = a.text("registers.column." + string(h.Is))
		}
		a.printf("  %s: %s\n", visible(h.Text), is)
	}
	for _, l := range []line{
		{"nameless", int64(r.Nameless)}, {"before", int64(r.Before)}, {"repeated", int64(r.Repeated)}, {"sheets", int64(r.Sheets)},
	} {
		if l.count > 0 {
			a.printf("%s\n", a.text("registers.import."+l.key, "count", l.count))
		}
	}
	if r.Changes == nil {
		a.printf("%s\n", a.text("registers.import.first"))
		return
	}
	c := r.Changes
	a.printf("%s\n", a.text("registers.import.changes", "day", a.day(*r.Since), "new", len(c.New), "gone", len(c.Gone), "changed", len(c.Changed)))
	for _, part := range []struct {
		mark  string
		names []string
	}{{"+", c.New}, {"-", c.Gone}, {"~", c.Changed}} {
		for _, name := range part.names {
			a.printf("%s %s\n", part.mark, visible(name))
		}
	}
}
