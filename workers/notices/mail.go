package notices

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"slices"
	"strconv"

	"github.com/wneessen/go-mail"

	"inzage/schema"
)

// Mail sends notices by e-mail to the organisation's own people, such as the
// privacy officer's mailbox. It must not be changed after the first Send.
type Mail struct {
	// Server is host or host:port; the port is 587 where none is given.
	Server string
	// Plain switches encryption off, for a server on this machine. Without it
	// there is no sending unless the server offers TLS.
	Plain          bool
	User, Password string // empty: no sign-in
	From           string
	To             []string
	// Link is the address of a case in the desk, with {case} in it; may be
	// empty.
	Link string
	// Words gives the texts, see the catalog's notice.* keys.
	Words func(key string, args ...any) string
	// Day writes a date as a person does.
	Day func(schema.Date) string
}

// Send implements Sender. The message id is made from the notice's key, so that
// a mail server or reader sees that a second one is the same.
func (m *Mail) Send(ctx context.Context, n Notice) error {
	client, err := m.client()
	if err != nil {
		return schema.Never(schema.Fail(schema.CodeConfig, "prepare e-mail", err))
	}
	msg, err := m.message(n)
	if err != nil {
		return schema.Never(schema.Fail(schema.CodeConfig, "prepare e-mail", err))
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		failed := schema.Fail(schema.CodeUndelivered, "send e-mail", err)
		if refused, ok := errors.AsType[*mail.SendError](err); ok && !refused.IsTemp() && refused.ErrorCode() >= 500 {
			return schema.Never(failed) // the server said no, and will again
		}
		return failed
	}
	return nil
}

func (m *Mail) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		host, port = m.Server, "587"
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTLSPolicy(mail.TLSMandatory)}
	if m.Plain {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	} else if number == 465 {
		options = append(options, mail.WithSSL())
	}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	return mail.NewClient(host, options...)
}

func (m *Mail) message(n Notice) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(m.From), msg.To(m.To...)); err != nil {
		return nil, err
	}
	msg.SetMessageIDWithValue(n.Key + "@inzage.invalid")
	msg.SetDateWithValue(n.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies
	address, nowhere := link(m.Link, n.Case), m.Words("notice.no-link")
	args := []any{"case", n.Case, "due", m.Day(n.Due), "what", m.what(n), "link", cmp.Or(address, nowhere)}
	msg.Subject(m.Words("notice.subject", args...))
	msg.SetBodyString(mail.TypeTextPlain, m.Words("notice.text", args...))
	msg.AddAlternativeString(mail.TypeTextHTML, m.Words("notice.html", marked(args, address)...))
	return msg, nil
}

// marked writes the values of a notice for its page; the last is the address,
// which can be followed there.
func marked(args []any, address string) []any {
	page := slices.Clone(args)
	for i := 1; i < len(page); i += 2 {
		page[i] = html.EscapeString(fmt.Sprint(page[i]))
	}
	if address != "" {
		text := html.EscapeString(address)
		page[len(page)-1] = `<a href="` + text + `">` + text + `</a>`
	}
	return page
}

// what says what the notice is about.
func (m *Mail) what(n Notice) string {
	key := "notice." + n.Code
	if n.Extended && n.Code == string(schema.ReminderDue) {
		key += ".extended"
	}
	return m.Words(key, "due", m.Day(n.Due))
}
