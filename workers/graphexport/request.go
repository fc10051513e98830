package graphexport

import (
	"strconv"
	"strings"

	"inzage/schema"
)

// requestEvent is the event of the record that RequestInfo.json gives.
const requestEvent = "RequestInfo"

// request hands over what RequestInfo.json says, once it was compared with the
// person. The file may have been written twice: it is appended to.
func (r *reading) request(who schema.Subject, yield func(schema.Record, error) bool) error {
	return r.pieces(func(rec schema.Record) (more bool, err error) {
		if rec.Unreadable == "" {
			rec.Event = requestEvent
			checked, err := checkRequest(who, rec.Fields)
			if err != nil || !checked {
				return true, err
			}
		}
		return yield(rec, nil), nil
	})
}

// checkRequest compares the subject that RequestInfo.json names with the person,
// and reports whether an identifier of the person could be compared. The
// organisation is compared too, but says nothing about the person.
//
// One identifier that differs is enough to refuse: whoever asks for one person's
// data must not be given another's because of a typing error.
func checkRequest(who schema.Subject, fields []schema.Field) (checked bool, err error) {
	var other, foreign bool
	for _, f := range fields {
		if f.Value.IsEmpty() || f.Kind != schema.String && f.Kind != schema.Number {
			continue
		}
		switch strings.ToLower(f.Path) {
		case "subject.tenantid":
			foreign = foreign || !who.TenantID.IsEmpty() && !sameGUID(f.Value, who.TenantID)
		case "subject.objectid":
			if !who.ObjectID.IsEmpty() {
				checked = true
				other = other || !sameGUID(f.Value, who.ObjectID)
			}
		case "subject.orgidpuid":
			if !who.PUID.IsEmpty() {
				checked = true
				other = other || !samePUID(f, who.PUID)
			}
		}
	}
	switch {
	case foreign:
		return checked, schema.Fail(schema.CodeOtherTenant, "check request info", nil)
	case other:
		return checked, schema.Fail(schema.CodeOtherPerson, "check request info", nil)
	}
	return checked, nil
}

// sameGUID compares two GUIDs however they are written: capitals, dashes, braces.
func sameGUID(a, b schema.Personal) bool {
	bare := strings.NewReplacer("-", "", "{", "", "}", "", " ", "")
	return strings.EqualFold(bare.Replace(a.Reveal()), bare.Replace(b.Reveal()))
}

// samePUID compares two account numbers, digit for digit: a number of 64 bits is
// never turned into a float. Where one of the two is no such number they are the
// same only if their texts are.
func samePUID(f schema.Field, own schema.Personal) bool {
	a, ok := puid(f.Value.Reveal(), f.Kind == schema.Number)
	b, fine := puid(own.Reveal(), false)
	if !ok || !fine {
		return strings.EqualFold(strings.TrimSpace(f.Value.Reveal()), strings.TrimSpace(own.Reveal()))
	}
	return a == b
}

// puid reads an account number: 16 hexadecimal digits, or decimal. A decimal
// number of an organisation's account has 19 digits, so that 16 digits are
// always hexadecimal, unless the source says that they are a number.
func puid(text string, decimal bool) (uint64, bool) {
	text = strings.TrimSpace(text)
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok && !decimal {
		n, err := strconv.ParseUint(hex, 16, 64)
		return n, err == nil
	}
	base := 10
	if len(text) == 16 && !decimal {
		base = 16
	}
	n, err := strconv.ParseUint(text, base, 64)
	return n, err == nil
}
