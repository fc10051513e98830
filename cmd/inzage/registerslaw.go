package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"inzage/explain/law"
	"inzage/explain/register"
	"inzage/schema"
)

// recipient is an entry of the organisation's own legal texts, see explain/law.
type recipient struct {
	Key    string        `yaml:"key"`
	Role   string        `yaml:"role"`
	Review schema.Date   `yaml:"review"`
	Proof  law.Proof     `yaml:"proof"`
	Source register.Text `yaml:"source"`
	Name   register.Text `yaml:"name"`
	Text   register.Text `yaml:"text"`
	More   register.Text `yaml:"more,omitempty"`
}

// writeList writes the list into a folder of registers, and, where the
// organisation has legal texts of its own, as the recipients that an answer names.
func (a *app) writeList(list *register.Companies, folder, legal string) error {
	data, err := list.Write()
	if err != nil {
		return err
	}
	if err := writeOwn(folder, data); err != nil || legal == "" {
		return err
	}
	if data, err = a.recipients(list); err != nil {
		return err
	}
	return writeOwn(legal, data)
}

func writeOwn(folder string, data []byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // a published list, nothing personal
		return schema.Fail(schema.CodeIO, "make folder", err)
	}
	if err := os.WriteFile(filepath.Join(folder, listName), data, 0o644); err != nil { //nolint:gosec // as above
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	return nil
}

// recipients are the companies as an answer names them (GDPR art. 15(1)(c), CJEU
// C-154/21): one for each name. The entry that says to ask for the list is replaced
// by one that says of which day the list is.
func (a *app) recipients(list *register.Companies) ([]byte, error) {
	review := list.On.AddMonths(12)
	day := func(l schema.Lang) string { return a.catalog.Day(l, list.On) }
	entry := func(key string, name, text register.Text) recipient {
		return recipient{Key: key, Role: "subprocessor", Review: review, Proof: law.Read, Source: list.Source, Name: name, Text: text}
	}
	lead := entry("subprocessors", a.bothTexts("registers.recipients.name"), a.bothTexts("registers.recipients.text"))
	lead.More = register.Text{
		NL: a.catalog.Text(schema.Dutch, "registers.recipients.more", "day", day(schema.Dutch)),
		EN: a.catalog.Text(schema.English, "registers.recipients.more", "day", day(schema.English)),
	}
	entries := []recipient{lead}
	for i, rows := range list.ByName() {
		name := unbraced(rows[0].Name)
		text := register.Text{NL: a.companySays(schema.Dutch, rows), EN: a.companySays(schema.English, rows)}
		entries = append(entries, entry(fmt.Sprintf("subprocessor-%03d", i+1), register.Text{NL: name, EN: name}, text))
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(struct {
		Section law.Section `yaml:"section"`
		Entries []recipient `yaml:"entries"`
	}{law.Recipients, entries})
	if err = errors.Join(err, e.Close()); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write recipients", err)
	}
	return b.Bytes(), nil
}

// companySays is what the list says of a company, in its own words behind ours.
func (a *app) companySays(l schema.Lang, rows []register.Company) string {
	var list []string
	for _, c := range rows {
		var parts []string
		for _, p := range []struct {
			is    register.Column
			value string
		}{
			{register.ColumnWork, c.Work},
			{register.ColumnServices, c.Services},
			{register.ColumnData, c.Data},
			{register.ColumnCountry, c.Country},
			{register.ColumnPlace, c.Place},
		} {
			if p.value != "" {
				parts = append(parts, a.catalog.Text(l, "registers.says."+string(p.is), "value", unbraced(p.value)))
			}
		}
		if len(parts) > 0 {
			list = append(list, strings.Join(parts, " "))
		}
	}
	if len(list) == 0 {
		return a.catalog.Text(l, "registers.says.nothing")
	}
	return strings.Join(list, " ")
}

// unbraced is a text without braces, which mark places in legal texts.
func unbraced(text string) string { return strings.NewReplacer("{", "(", "}", ")").Replace(text) }
