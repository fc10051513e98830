package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
)

// maxNameLine is the longest line that classify reads, in bytes.
const maxNameLine = 1 << 20

// classified is one line of the answer of `inzage catalog classify --json`.
type classified struct {
	Event      string             `json:"event"`
	Field      string             `json:"field"`
	Class      string             `json:"class"`
	Layer      schema.Layer       `json:"layer"`
	Rule       string             `json:"rule"`
	Confidence explain.Confidence `json:"confidence"`
	Reason     string             `json:"reason"`
}

func (a *app) catalogClassifyCommand() *cobra.Command {
	var asJSON bool
	var overlay string
	c := a.command("classify", "catalog.classify", cobra.NoArgs, func(*cobra.Command, []string) error {
		known, err := a.withOverlay(overlay)
		if err != nil {
			return err
		}
		return a.classify(known.For(explain.Reader{Lang: a.lang}), asJSON)
	})
	c.Flags().StringVar(&overlay, "overlay", "", a.text("cli.flag.overlay"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// withOverlay is the catalog with that of a folder beside it.
func (a *app) withOverlay(folder string) (*explain.Catalog, error) {
	if folder == "" {
		return a.catalog, nil
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, a.usage("cli.error.file-unread", "file", folder)
	}
	return explain.Load(catalog.FS(), os.DirFS(folder))
}

// use goes on with the catalog and the overlay. Where that does not load, the
// catalog stays: its words tell what is wrong.
func (a *app) use(overlay string) error {
	c, err := a.withOverlay(overlay)
	if err != nil {
		return err
	}
	a.catalog = c
	return nil
}

// classify answers each line of standard input with a line.
func (a *app) classify(x *explain.Explainer, asJSON bool) error {
	out := bufio.NewWriter(a.stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if !asJSON {
		_, _ = out.WriteString("event\tfield\tclass\tlayer\trule\tconfidence\treason\n")
	}
	lines := bufio.NewScanner(a.stdin)
	lines.Buffer(nil, maxNameLine)
	for lines.Scan() {
		line := strings.TrimPrefix(strings.TrimRight(lines.Text(), "\r"), "\uFEFF")
		event, field, ok := strings.Cut(line, "\t")
		if !ok { // a field alone
			event, field = "", event
		}
		field, _, _ = strings.Cut(field, "\t")
		event, field = strings.TrimSpace(event), strings.TrimSpace(field)
		if field == "" {
			continue
		}
		v := x.Classify(event, field)
		row := classified{event, field, v.Class.String(), v.Layer, v.Rule, v.Confidence, v.Why}
		if asJSON {
			if err := enc.Encode(row); err != nil {
				return schema.Fail(schema.CodeIO, "write classes", err)
			}
			continue
		}
		_, _ = out.WriteString(strings.Join([]string{
			row.Event, row.Field, row.Class, string(row.Layer), row.Rule, string(row.Confidence), row.Reason,
		}, "\t") + "\n")
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return schema.Fail(schema.CodeTooLarge, "read names", err)
	case err != nil:
		return schema.Fail(schema.CodeIO, "read names", err)
	}
	if err := out.Flush(); err != nil {
		return schema.Fail(schema.CodeIO, "write classes", err)
	}
	return nil
}
