package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
)

func (a *app) explainCommand() *cobra.Command {
	var format, out, subject, zone, overlay string
	c := a.command("explain [FILE…]", "explain", cobra.ArbitraryArgs, func(c *cobra.Command, args []string) error {
		lang, err := a.bundleLang(c)
		if err != nil {
			return err
		}
		a.lang = lang
		reader := explain.Reader{Lang: lang}
		if reader.Zone, err = time.LoadLocation(zone); err != nil || zone == "" {
			return a.usage("cli.error.zone")
		}
		if subject != "" {
			if reader.Subject, _, err = readPerson(subject); err != nil {
				return err
			}
		}
		if err := a.use(overlay); err != nil {
			return err
		}
		if len(args) == 0 {
			args = []string{"-"}
		}
		switch format {
		case "text", "jsonl":
			return a.explainStream(c, args, format, out, reader)
		case "xlsx":
			if out == "" {
				return a.usage("cli.error.xlsx-out")
			}
			return a.explainWorkbook(c, args, out, reader)
		default:
			return a.usage("cli.error.format")
		}
	})
	c.Flags().StringVar(&format, "format", "text", a.text("cli.flag.format"))
	c.Flags().StringVar(&out, "out", "", a.text("cli.flag.explain-out"))
	c.Flags().StringVar(&subject, "subject", "", a.text("cli.flag.explain-subject"))
	c.Flags().StringVar(&overlay, "overlay", "", a.text("cli.flag.overlay"))
	c.Flags().StringVar(&zone, "zone", "Europe/Amsterdam", a.text("cli.flag.zone"))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "jsonl", "xlsx"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// explainStream explains to the output while reading.
func (a *app) explainStream(c *cobra.Command, args []string, format, out string, reader explain.Reader) (err error) {
	dst := a.stdout
	if out != "" {
		f, err := os.OpenFile(out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return schema.Fail(schema.CodeIO, "create output", err)
		}
		defer func() {
			if cerr := f.Close(); err == nil && cerr != nil {
				err = schema.Fail(schema.CodeIO, "write output", cerr)
			}
		}()
		dst = f
	}
	w := bufio.NewWriterSize(dst, 64<<10)
	var sink workers.Sink = &textSink{a: a, w: w, in: a.catalog.Interpreter(reader.Lang, reader.Zone)}
	if format == "jsonl" {
		sink = &jsonSink{w: w}
	}
	s, err := a.explainTo(c, args, sink, reader)
	if err != nil {
		_ = w.Flush()
		return err
	}
	if format == "jsonl" {
		line := bundle.AppendSummary(nil, &bundle.Balance{Count: s.Count, Layers: s.Layers})
		_, _ = w.Write(append(line, '\n'))
	}
	if err := w.Flush(); err != nil {
		return schema.Fail(schema.CodeIO, "write output", err)
	}
	if s.Incomplete() {
		a.code = exitIncomplete
	}
	return nil
}

// explainTo runs the line over files and into a sink.
func (a *app) explainTo(c *cobra.Command, args []string, sink workers.Sink, reader explain.Reader) (*workers.Summary, error) {
	temp, remove, err := scratch("")
	if err != nil {
		return nil, err
	}
	defer remove()
	set, err := inputs.Open(c.Context(), args, inputs.Options{Temp: temp, Stdin: a.stdin})
	if err != nil {
		return nil, err
	}
	defer func() { _ = set.Close() }()
	line := workers.Line{Sources: sources(temp), Subject: reader.Subject, Explain: a.catalog.For(reader), Sink: sink}
	return line.Run(c.Context(), set)
}

// jsonSink writes one JSON object a record.
type jsonSink struct {
	w   io.Writer
	buf []byte
}

func (s *jsonSink) Add(e *schema.Explanation) error {
	return s.line(bundle.AppendJSON(s.buf[:0], e))
}

func (s *jsonSink) Unreadable(r *schema.Record) error {
	return s.line(bundle.AppendUnreadable(s.buf[:0], r))
}

func (s *jsonSink) line(b []byte) error {
	b = append(b, '\n')
	s.buf = b
	if _, err := s.w.Write(b); err != nil {
		return schema.Fail(schema.CodeIO, "write output", err)
	}
	return nil
}

// File has no line of its own.
func (s *jsonSink) File(bundle.FileInfo) {}

// textSink shows records to a person at a terminal.
type textSink struct {
	a  *app
	w  io.Writer
	in explain.Interpreter
}

func (s *textSink) Add(e *schema.Explanation) error {
	var b strings.Builder
	at := s.a.text("cli.explain.time-unknown")
	if !e.Record.At.IsZero() {
		at = s.in.Words("time", e.Record.At.Format(time.RFC3339Nano))
	}
	fmt.Fprintf(&b, "%s · %s\n", at, e.Title)
	fmt.Fprintf(&b, "  %s\n", e.Text.Reveal())
	fmt.Fprintf(&b, "  %s · %s · %s\n", visible(e.Record.Event), s.a.text("layer."+string(e.Layer)), s.a.text("class."+e.Class.String()))
	fmt.Fprintf(&b, "  %s\n", s.at(&e.Record))
	for i := range e.Record.Fields {
		f, n := &e.Record.Fields[i], &e.Notes[i]
		value := visible(f.Value.Reveal())
		if value == "" {
			value = s.a.text("cli.explain.empty-value")
		}
		if w := n.Words.Reveal(); w != "" {
			value += " (" + visible(w) + ")"
		}
		fmt.Fprintf(&b, "    %s = %s\n      %s [%s]\n", visible(f.Path), value, n.Meaning, s.a.text("class."+n.Class.String()))
	}
	return s.write(b.String())
}

func (s *textSink) Unreadable(r *schema.Record) error {
	return s.write(fmt.Sprintf("%s\n  %s\n  %s\n    %s\n", s.a.text("cli.explain.unreadable"),
		s.a.text("code."+string(r.Unreadable)), s.at(r), visible(r.Raw.Reveal())))
}

func (s *textSink) File(f bundle.FileInfo) {
	if text := s.a.unexplained(f); text != "" {
		_ = s.write(text + "\n")
	}
}

// unexplained says that a file was not explained, and why; "" where it was.
func (a *app) unexplained(f bundle.FileInfo) string {
	why := cmp.Or(f.Refused, f.Problem)
	if why == "" && f.Source == "" {
		why = schema.CodeUnknownFormat
	}
	if why == "" {
		return ""
	}
	return a.text("cli.explain.not-explained", "file", visible(f.Name), "why", a.text("code."+string(why)))
}

func (s *textSink) at(r *schema.Record) string {
	return s.a.text("cli.explain.at", "file", visible(r.From.File), "record", r.From.Record)
}

func (s *textSink) write(text string) error {
	if _, err := io.WriteString(s.w, text+"\n"); err != nil {
		return schema.Fail(schema.CodeIO, "write output", err)
	}
	return nil
}

// visible shows control characters as escapes: data must not be able to steer
// the terminal.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden tells characters that a terminal does not show as themselves: control
// characters and those that change the direction of text.
func hidden(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
