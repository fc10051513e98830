package schema

import "fmt"

// Class says what the value of one field does to identifiability, judged from
// the position of the employer (GDPR art. 4(1), CJEU C-413/23 P). The codes are
// part of the public output; the ideas behind them are the data identification
// qualifiers of ISO/IEC 19944.
//
// The zero value is Unknown: silence is never "harmless".
type Class uint8

// The classes, in the order of the codes' documentation.
const (
	// Unknown is treated as personal data.
	Unknown Class = iota
	// DirectIdentifier names or addresses a person by itself.
	DirectIdentifier
	// PseudonymousIdentifier singles out a person, account, device, session or
	// document by a code. A hash of an identity stays here.
	PseudonymousIdentifier
	// LinkedUsage tells what the person did, saw, chose or has.
	LinkedUsage
	// DeviceOrSoftware is a property of a thing.
	DeviceOrSoftware
	// AggregateTechnical is an error code, an internal duration, a counter.
	AggregateTechnical
	// Stripped was reduced before sending: hashed content, cut off, always empty.
	Stripped
)

// Classes lists every class from the strongest to the weakest.
func Classes() []Class {
	return []Class{
		DirectIdentifier, PseudonymousIdentifier, LinkedUsage, Unknown,
		DeviceOrSoftware, AggregateTechnical, Stripped,
	}
}

// String is the public code of the class.
func (c Class) String() string {
	switch c {
	case Unknown:
		return "unknown"
	case DirectIdentifier:
		return "direct-identifier"
	case PseudonymousIdentifier:
		return "pseudonymous-identifier"
	case LinkedUsage:
		return "linked-usage"
	case DeviceOrSoftware:
		return "device-or-software"
	case AggregateTechnical:
		return "aggregate-technical"
	case Stripped:
		return "stripped"
	}
	return "unknown"
}

// ParseClass is the inverse of String.
func ParseClass(code string) (Class, error) {
	for _, c := range Classes() {
		if c.String() == code {
			return c, nil
		}
	}
	return Unknown, fmt.Errorf("class %q: not one of the seven class codes", code)
}

// strength orders the classes; unknown stands above the technical ones because
// it is treated as personal.
func (c Class) strength() int {
	for i, x := range Classes() {
		if x == c {
			return len(Classes()) - i
		}
	}
	return 0
}

// Raise returns the stronger of the two classes: a value can raise the class of
// its field, never lower it.
func (c Class) Raise(to Class) Class {
	if to.strength() > c.strength() {
		return to
	}
	return c
}

// Personal reports whether the value must be treated as personal data on its
// own: identifiers, use, and everything unknown.
func (c Class) Personal() bool {
	switch c {
	case Unknown, DirectIdentifier, PseudonymousIdentifier, LinkedUsage:
		return true
	case DeviceOrSoftware, AggregateTechnical, Stripped:
		return false
	}
	return true
}
