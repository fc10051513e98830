// Package whose tells whose a record is by the identifiers of Microsoft's
// accounts that stand in it: sign-in names, object ids, account numbers, SIDs.
// Every source whose records are of many people judges by it (decision 0019).
package whose

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"inzage/schema"
)

// Person is the subject, and tells whose a record is.
type Person struct{ schema.Subject }

// Owner judges the fields of one record, in which the paths that actor accepts
// name the account that acted.
//
// A record is another's only where it says so: that account is a person's, we
// know the subject's own identifier of that very kind, it differs, and nothing in
// the record names the subject. What the subject did is theirs, and so is what
// others did to them: an administrator who reset their password, a colleague who
// opened their file (CJEU C-579/21). Who that other was, the bundle masks.
//
// What software did names no person and is left with the subject, as everything
// of which nothing shows that it is somebody else's.
func (p Person) Owner(fields []schema.Field, actor func(path string) bool) schema.Owner {
	other := false
	for _, f := range fields {
		if !actor(f.Path) {
			continue
		}
		switch p.Is(f.Value.Reveal()) {
		case Mine:
			return schema.OwnerSubject
		case Others:
			other = true
		case Unknown:
		}
	}
	if !other || p.NamedIn(fields) {
		return schema.OwnerSubject
	}
	return schema.OwnerOther
}

// NamedIn reports whether a field names the subject, see Named.
func (p Person) NamedIn(fields []schema.Field) bool {
	for _, f := range fields {
		if p.Named(f.Value.Reveal()) {
			return true
		}
	}
	return false
}

// Verdict is whose an identifier is.
type Verdict uint8

// The verdicts.
const (
	Unknown Verdict = iota // nobody's, or of a kind that we do not know of the subject
	Mine
	Others
)

// Is tells whose an identifier of an account is. They come as a sign-in name
// (that of a guest in its long form), an object id, an account number (PUID, as
// "…@live.com" in SharePoint), a SID, or behind a claim ("i:0h.f|membership|…").
func (p Person) Is(id string) Verdict {
	id = strings.TrimSpace(id[strings.LastIndexByte(id, '|')+1:])
	local, domain, _ := strings.Cut(id, "@")
	switch {
	case strings.EqualFold(domain, "live.com") && isHex(local, 16), isHex(id, 16):
		return judge(!p.PUID.IsEmpty(), samePUID(local, p.PUID.Reveal()))
	case isGUID(id):
		return judge(!p.ObjectID.IsEmpty(), strings.EqualFold(id, p.ObjectID.Reveal()))
	case strings.HasPrefix(strings.ToUpper(id), "S-1-5-21-"), strings.HasPrefix(strings.ToUpper(id), "S-1-12-1-"):
		return judge(len(p.SIDs) > 0, p.HasSID(id))
	case local != "" && strings.Contains(domain, "."):
		return judge(len(p.UPNs) > 0, p.HasUPN(id) || p.HasUPN(home(id)))
	}
	return Unknown
}

func judge(known, same bool) Verdict {
	switch {
	case !known:
		return Unknown
	case same:
		return Mine
	}
	return Others
}

// home is the address of a guest, out of the name that their host gives them:
// "s.dewit_example.org#EXT#@host.onmicrosoft.com". No domain has a "_" in it.
func home(upn string) string {
	guest, _, ok := strings.Cut(strings.ToLower(upn), "#ext#")
	at := strings.LastIndexByte(guest, '_')
	if !ok || at < 0 {
		return ""
	}
	return guest[:at] + "@" + guest[at+1:]
}

// Named reports whether a value names the subject: by one of their identifiers,
// by the address of their OneDrive, or by their name where that is all of it or
// stands at the end of a path, as Exchange writes a mailbox.
func (p Person) Named(v string) bool {
	v = strings.ToLower(v)
	for _, own := range p.UPNs {
		upn := strings.ToLower(own.Reveal())
		if mentions(v, upn, inName) || mentions(v, guestOf(upn), inName) {
			return true
		}
		for _, kept := range []string{"", "-"} {
			if mentions(v, "/personal/"+site(upn, kept), inName) {
				return true
			}
		}
	}
	for _, own := range append([]schema.Personal{p.ObjectID, p.PUID}, p.SIDs...) {
		if mentions(v, strings.ToLower(own.Reveal()), inCode) {
			return true
		}
	}
	if n, err := strconv.ParseUint(p.PUID.Reveal(), 10, 64); err == nil && mentions(v, fmt.Sprintf("%016x", n), inCode) {
		return true
	}
	name := strings.ToLower(p.Name.Reveal())
	return strings.Contains(name, " ") && v[strings.LastIndexByte(v, '/')+1:] == name
}

// guestOf is how the name of a guest begins, see home.
func guestOf(upn string) string {
	local, domain, ok := strings.Cut(upn, "@")
	if !ok {
		return ""
	}
	return local + "_" + domain + "#ext#"
}

// site is a sign-in name as the address of a OneDrive has it: what is no letter
// or digit becomes "_", of the hyphen it is not published.
func site(upn, kept string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(kept, r) {
			return r
		}
		return '_'
	}, upn)
}

// mentions reports whether id stands in v, not as a part of something longer, of
// which within tells the bytes. A full stop that ends a sentence is no part.
func mentions(v, id string, within func(byte) bool) bool {
	if len(id) < 5 {
		return false
	}
	for at := 0; ; {
		i := strings.Index(v[at:], id)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(id)
		rest := v[to:]
		if len(rest) > 0 && rest[0] == '.' && (len(rest) == 1 || !within(rest[1])) {
			rest = ""
		}
		if (from == 0 || id[0] == '/' || !within(v[from-1])) && (rest == "" || id[len(id)-1] == '#' || !within(rest[0])) {
			return true
		}
		at = from + 1
	}
}

// inName reports whether a byte can be part of a name or address; bytes of
// letters beyond ASCII are.
func inName(c byte) bool { return c == '_' || c == '.' || inCode(c) || c >= 0x80 }

// inCode reports whether a byte can be part of a code; "_" parts one from what
// stands before it ("User_20194f62-…").
func inCode(c byte) bool { return c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' }

// samePUID compares account numbers: the log has 16 hexadecimal digits, the
// subject's may be in decimal, which can be 16 digits too.
func samePUID(hex, own string) bool {
	own = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(own)), "0x")
	n, err := strconv.ParseUint(hex, 16, 64)
	m, err2 := strconv.ParseUint(own, 10, 64)
	return strings.EqualFold(hex, own) || err == nil && err2 == nil && n == m
}

func isHex(v string, digits int) bool {
	for i := range len(v) {
		if c := v[i] | 0x20; (v[i] < '0' || v[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(v) == digits
}

func isGUID(v string) bool {
	return len(v) == 36 && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-' && isHex(strings.ReplaceAll(v, "-", ""), 32)
}
