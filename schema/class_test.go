package schema_test

import (
	"slices"
	"testing"

	"inzage/schema"
)

func TestClassCodes(t *testing.T) {
	t.Parallel()
	want := map[schema.Class]string{
		schema.Unknown:                "unknown",
		schema.DirectIdentifier:       "direct-identifier",
		schema.PseudonymousIdentifier: "pseudonymous-identifier",
		schema.LinkedUsage:            "linked-usage",
		schema.DeviceOrSoftware:       "device-or-software",
		schema.AggregateTechnical:     "aggregate-technical",
		schema.Stripped:               "stripped",
	}
	for class, code := range want {
		if class.String() != code {
			t.Errorf("class %d has code %q, want %q: the codes are public", class, class, code)
		}
		if back, err := schema.ParseClass(code); err != nil || back != class {
			t.Errorf("%q reads as %v, %v", code, back, err)
		}
	}
	if len(schema.Classes()) != len(want) {
		t.Errorf("%d classes, want %d", len(schema.Classes()), len(want))
	}
	for _, bad := range []string{"", "Unknown", "direct", "direct-identifier "} {
		if class, err := schema.ParseClass(bad); err == nil || class != schema.Unknown {
			t.Errorf("%q reads as %v without error", bad, class)
		}
	}
}

// TestSilenceIsNeverHarmless: what nobody classified is personal data.
func TestSilenceIsNeverHarmless(t *testing.T) {
	t.Parallel()
	var zero schema.Class
	if zero != schema.Unknown || !zero.Personal() {
		t.Errorf("the zero class is %v, personal: %v", zero, zero.Personal())
	}
	if outside := schema.Class(200); !outside.Personal() || outside.String() != "unknown" {
		t.Errorf("a class that does not exist is %q, personal: %v", outside, outside.Personal())
	}
	if (schema.Note{}).Class != schema.Unknown || (schema.Explanation{}).Class != schema.Unknown {
		t.Error("an empty note or explanation has a class")
	}
}

func TestPersonalClasses(t *testing.T) {
	t.Parallel()
	want := []schema.Class{schema.DirectIdentifier, schema.PseudonymousIdentifier, schema.LinkedUsage, schema.Unknown}
	for i, class := range schema.Classes() {
		if class.Personal() != slices.Contains(want, class) {
			t.Errorf("%v is personal: %v", class, class.Personal())
		}
		if i > 0 && class.Personal() && !schema.Classes()[i-1].Personal() {
			t.Errorf("%v is personal but weaker than %v, which is not", class, schema.Classes()[i-1])
		}
	}
}

// TestRaise: it is the maximum of the order of Classes, so it can be taken over
// the fields of a record in any order, and never lowers.
func TestRaise(t *testing.T) {
	t.Parallel()
	order := schema.Classes()
	for i, a := range order {
		for j, b := range order {
			if got, want := a.Raise(b), order[min(i, j)]; got != want {
				t.Errorf("%v raised to %v is %v, want %v", a, b, got, want)
			}
			if a.Raise(b).Personal() != (a.Personal() || b.Personal()) {
				t.Errorf("%v raised to %v loses that one of them is personal", a, b)
			}
		}
	}
}

func TestClassesIsACopy(t *testing.T) {
	t.Parallel()
	schema.Classes()[0] = schema.Stripped
	if schema.Classes()[0] != schema.DirectIdentifier {
		t.Error("a caller changed the order of the classes")
	}
}
