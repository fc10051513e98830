package bundle

import (
	"strconv"

	"inzage/schema"
)

// appendFacets appends the facets of a record as members of its line, and what
// of it the data protection officer must know.
func appendFacets(b []byte, e *schema.Explanation) []byte {
	x := &e.Facets
	b = appendKey(b, "category", string(x.Category))
	b = appendKey(b, "service", x.Service)
	b = appendKey(b, "platform", x.Platform)
	b = appendKey(b, "region", string(x.Region))
	b = appendKey(b, "role", string(x.Role))
	b = appendKey(b, "purpose", string(x.Purpose))
	if x.Category != "" && x.Age >= 0 { // an explanation without facets has no age
		b = append(b, `,"age_days":`...)
		b = strconv.AppendInt(b, int64(x.Age), 10)
	}
	if len(e.Findings) == 0 {
		return b
	}
	b = append(b, `,"findings":[`...)
	for i, id := range e.Findings {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, string(id))
	}
	return append(b, ']')
}
