package notices_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
	"inzage/workers/notices"
)

// inbox is a mail server on this machine that keeps what it gets.
type inbox struct {
	mu     sync.Mutex
	mails  []string
	answer error // of every message
}

func (b *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{inbox: b}, nil }

type session struct{ inbox *inbox }

func (*session) Mail(string, *smtp.MailOptions) error { return nil }
func (*session) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	if s.inbox.answer == nil {
		s.inbox.mails = append(s.inbox.mails, string(text))
	}
	return s.inbox.answer
}

func (b *inbox) start(t *testing.T) (address string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(b)
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

func words(t *testing.T, lang schema.Lang) func(string, ...any) string {
	t.Helper()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	return func(key string, args ...any) string { return c.Text(lang, key, args...) }
}

func day(d schema.Date) string { return "the day " + d.String() }

func notice(t *testing.T, code schema.ReminderCode) notices.Notice {
	t.Helper()
	due, err := schema.ParseDate("2026-12-02")
	if err != nil {
		t.Fatal(err)
	}
	return notices.Notice{Key: "k1", Code: string(code), Case: "2026-0042", Due: due, At: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)}
}

func TestMailHoldsCaseDateAndLinkOnly(t *testing.T) {
	t.Parallel()
	for _, lang := range []schema.Lang{schema.Dutch, schema.English} {
		for _, code := range []schema.ReminderCode{
			schema.ReminderReceived, schema.ReminderCollect, schema.ReminderExtension,
			schema.ReminderUrgent, schema.ReminderDue, schema.ReminderOverdue, schema.ReminderCode(schema.NoticeAsked),
		} {
			box := &inbox{}
			m := notices.Mail{
				Server: box.start(t), Plain: true, From: "inzage@gemeente.example", To: []string{"fg@gemeente.example"},
				Link: "https://inzage.gemeente.example/{case}?a=1&b", Words: words(t, lang), Day: day,
			}
			n := notice(t, code)
			n.Extended = code == schema.ReminderDue
			if err := m.Send(t.Context(), n); err != nil {
				t.Fatalf("%s %s: %v", lang, code, err)
			}
			if len(box.mails) != 1 {
				t.Fatalf("%s %s: %d mails", lang, code, len(box.mails))
			}
			text := box.mails[0]
			for _, want := range []string{"Message-ID: <k1@inzage.invalid>", "Auto-Submitted: auto-generated", "2026-0042", "the day 2026-12-02", "https://inzage.gemeente.example/2026-0042", `<a href=3D"https://inzage.gemeente.example/2026-0042?a=3D1&amp;b">`} {
				if !strings.Contains(strings.ReplaceAll(text, "=\r\n", ""), want) {
					t.Errorf("%s %s: no %q in\n%s", lang, code, want, text)
				}
			}
			if strings.Contains(text, "{") || strings.Contains(text, "notice.") {
				t.Errorf("%s %s: a placeholder or key was left in\n%s", lang, code, text)
			}
		}
	}
}

func TestMailOutcomes(t *testing.T) {
	t.Parallel()
	w := words(t, schema.English)
	for _, c := range []struct {
		name   string
		change func(*notices.Mail, *inbox)
		code   schema.Code
		never  bool
	}{
		{"mailbox unknown", func(_ *notices.Mail, b *inbox) { b.answer = &smtp.SMTPError{Code: 550, Message: "no"} }, schema.CodeUndelivered, true},
		{"try again", func(_ *notices.Mail, b *inbox) { b.answer = &smtp.SMTPError{Code: 451, Message: "later"} }, schema.CodeUndelivered, false},
		{"no encryption offered", func(m *notices.Mail, _ *inbox) { m.Plain = false }, schema.CodeUndelivered, false},
		{"nobody there", func(m *notices.Mail, _ *inbox) { m.Server = "127.0.0.1:1" }, schema.CodeUndelivered, false},
		{"no address", func(m *notices.Mail, _ *inbox) { m.To = []string{"not an address"} }, schema.CodeConfig, true},
		{"no port", func(m *notices.Mail, _ *inbox) { m.Server = "127.0.0.1:smtp" }, schema.CodeConfig, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			box := &inbox{}
			m := notices.Mail{Plain: true, From: "inzage@gemeente.example", To: []string{"fg@gemeente.example"}, Words: w, Day: day}
			m.Server = box.start(t)
			c.change(&m, box)
			err := m.Send(t.Context(), notice(t, schema.ReminderDue))
			if schema.CodeOf(err) != c.code || schema.IsNever(err) != c.never {
				t.Errorf("%v, never %v; want %q, never %v", err, schema.IsNever(err), c.code, c.never)
			}
			if err != nil && strings.Contains(err.Error(), "gemeente") {
				t.Errorf("an address in an error text: %v", err)
			}
		})
	}
	box := &inbox{}
	m := notices.Mail{Server: box.start(t), Plain: true, From: "a@b.example", To: []string{"c@d.example"}, Words: w, Day: day}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := m.Send(ctx, notice(t, schema.ReminderDue)); err == nil || len(box.mails) > 0 {
		t.Errorf("sent after the end: %v", err)
	}
}
