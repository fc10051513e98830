package usage

import (
	"strings"

	"inzage/schema"
)

// Names tells whether a report names people or conceals them, and the day of the
// report. A line with an address decides; where all users are codes, names are
// concealed. ok is false where the file is no such report, or shows neither, or no
// day. Errors are those of Records.
func (s *Source) Names(f schema.File) (shown bool, on schema.Date, ok bool, err error) {
	if _, is := s.Match(f); !is {
		return false, schema.Date{}, false, nil
	}
	hidden := false
	for rec, err := range s.Records(schema.Subject{}, f, new(schema.Tally)) {
		if err != nil {
			return false, schema.Date{}, false, err
		}
		for _, field := range rec.Fields {
			v := field.Value.Reveal()
			switch name := plain(field.Path); {
			case name == "reportrefreshdate":
				if day, err := schema.ParseDate(v); err == nil && day.After(on) {
					on = day
				}
			case isUser(name):
				shown = shown || strings.Contains(v, "@")
				hidden = hidden || Concealed(v)
			}
		}
	}
	return shown, on, (shown || hidden) && !on.IsZero(), nil
}
