package pages

import "strings"

// noted is what the remarks in a text say: *[This event was previously named
// X.]*, *[This field has been removed from current builds …]*.
type noted struct {
	old, replaces []string
	removed       bool
}

// notes reads the remarks in a text and takes them out of it.
func notes(text *string) noted {
	const most = 20 // a text has one, two at most
	var n noted
	if n.whole(*text) {
		*text = ""
		return n
	}
	for from, count := 0, 0; count < most; count++ {
		open, shut := nextRemark((*text)[from:])
		if open < 0 {
			return n
		}
		open += from
		end := strings.IndexByte((*text)[open:], shut)
		if end < 0 {
			return n
		}
		end += open
		remark := (*text)[open+1 : end]
		if !n.read(remark) {
			from = end
			continue
		}
		before, after := strings.TrimRight((*text)[:open], "*_ "), strings.TrimLeft((*text)[end+1:], "*_ ")
		if before == "" {
			after = strings.TrimLeft(after, "-–—: ")
		}
		*text = strings.TrimSpace(before + " " + after)
		from = 0
	}
	return n
}

// nextRemark finds where the next remark opens, and the mark that shuts it: a
// sentence in square brackets, or an earlier name in round ones.
func nextRemark(s string) (open int, shut byte) {
	open, shut = strings.Index(s, "[This "), ']'
	for _, begin := range []string{"(previously ", "(Previously ", "(formerly ", "(Formerly "} {
		if at := strings.Index(s, begin); at >= 0 && (open < 0 || at < open) {
			open, shut = at, ')'
		}
	}
	return open, shut
}

// whole tells whether a text is nothing but an earlier name: "Previously named X."
func (n *noted) whole(text string) bool {
	text = strings.Trim(text, "*_ ")
	low := strings.ToLower(text)
	if len(low) > 4*maxName || !strings.HasPrefix(low, "previously ") && !strings.HasPrefix(low, "formerly ") &&
		!strings.HasPrefix(low, "renamed from ") && !strings.HasPrefix(low, "this event was ") {
		return false
	}
	return n.read(text) && len(n.old) > 0
}

func (n *noted) read(remark string) bool {
	low := strings.ToLower(remark)
	for _, cue := range []string{
		"previously named", "previously called", "previously known as", "formerly named", "formerly called", "formerly known as", "renamed from",
	} {
		if at := strings.Index(low, cue); at >= 0 {
			n.old = append(n.old, namesIn(remark[at+len(cue):])...)
			return true
		}
	}
	if at := strings.Index(low, "replaces "); at >= 0 {
		n.replaces = append(n.replaces, namesIn(remark[at+len("replaces "):])...)
		return true
	}
	if strings.Contains(low, "has been removed") || strings.Contains(low, "no longer ") {
		n.removed = true
		return true
	}
	return false
}

// namesIn lists the names in "the a.b and c.d events."
func namesIn(s string) []string {
	var names []string
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		word = strings.Trim(unescape(word), "`.:;\"'*()")
		switch strings.ToLower(word) {
		case "", "the", "and", "or", "event", "events", "field", "fields", "both":
			continue
		}
		if !eventName(word) {
			break
		}
		names = append(names, word)
	}
	return names
}

// intro tells whether a sentence announces the fields of an event, and for
// which platform it limits them.
func intro(s string) (on string, ok bool) {
	low := strings.ToLower(s)
	if len(s) > 160 {
		return "", false
	}
	switch {
	case strings.Contains(low, "following fields"), strings.Contains(low, "following data fields"),
		strings.HasPrefix(low, "common fields"), strings.HasPrefix(low, "data fields that are common"):
	default:
		return "", false
	}
	for _, cue := range []string{"collected for only ", "collected for ", "collected on ", "collected across ", "common for ", "event on "} {
		if at := strings.LastIndex(low, cue); at >= 0 {
			if on = strings.Trim(s[at+len(cue):], " .:"); strings.HasPrefix(on, "all events") {
				on = ""
			}
			break
		}
	}
	return on, true
}

// noFields tells whether a sentence or item says that there are no fields.
func noFields(s string) bool {
	low := strings.ToLower(strings.Trim(s, " .*"))
	if low == "none" || low == "n/a" {
		return true
	}
	if strings.HasSuffix(low, " none") && strings.Contains(low, "fields") {
		return true
	}
	return len(low) < 160 && (strings.HasPrefix(low, "no ") && strings.Contains(low, "fields") ||
		strings.Contains(low, "collects no fields") || strings.Contains(low, "contains no extra fields") || strings.Contains(low, "has no fields") ||
		strings.Contains(low, "doesn't collect any fields") || strings.Contains(low, "does not collect any fields"))
}

// inherited returns the block named by "This event includes fields from
// [Block](#block)…".
func inherited(s string) string {
	_, rest, ok := strings.Cut(s, "includes fields from ")
	if !ok {
		return ""
	}
	if name, _, linked := strings.Cut(strings.TrimPrefix(rest, "["), "]"); linked && strings.HasPrefix(rest, "[") {
		return plain(name)
	}
	name, _ := firstWord(rest)
	return strings.Trim(name, ".")
}
