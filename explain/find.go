package explain

import (
	"net/netip"
	"strings"
)

// span is a part of a text: the bytes from from to to.
type span struct{ from, to int }

func (s span) of(v string) string { return v[s.from:s.to] }

// finder finds the first part of v at or after from that may point to a person.
type finder func(v string, from int) (span, bool)

// findAddress finds an e-mail address or sign-in name: something@label.label,
// the last label of letters.
func findAddress(v string, from int) (span, bool) {
	for i := max(from, 1); i < len(v); i++ {
		if v[i] != '@' {
			continue
		}
		start := localStart(v, from, i)
		end := i + 1
		for end < len(v) && (isAlnum(v[end]) || v[end] == '-' || v[end] == '.') {
			end++
		}
		for end > i && strings.IndexByte(".-", v[end-1]) >= 0 {
			end--
		}
		host := v[i+1 : max(end, i+1)]
		dot := strings.LastIndexByte(host, '.')
		if start == i || dot < 1 {
			continue
		}
		if top := host[dot+1:]; len(top) >= 2 && !resource(top) && (isLetters(top) || strings.HasPrefix(top, "xn--")) {
			return span{start, end}, true
		}
	}
	return span{}, false
}

// resource tells whether what looks like the end of an address is that of a part
// of software (Logo@2x.png), and no country or kind of site.
func resource(top string) bool {
	switch strings.ToLower(top) {
	case "png", "jpg", "jpeg", "gif", "svg", "bmp", "webp", "ico", "dll", "exe", "css", "js", "json", "xml", "html", "pdb", "cpp":
		return true
	}
	return false
}

// localStart is where the part of an address before the @ begins; at itself
// where there is none. It can be a text in double quotes.
func localStart(v string, from, at int) int {
	if v[at-1] == '"' {
		if open := strings.LastIndexByte(v[from:max(at-1, from)], '"'); open >= 0 && at-from-open <= 66 {
			return from + open
		}
		return at
	}
	start := at
	for start > from && isLocal(v[start-1]) {
		start--
	}
	for start < at && strings.IndexByte("'.-+#", v[start]) >= 0 { // quotes and marks around it
		start++
	}
	return start
}

// findUserFolder finds the name of a person's folder: name in C:\Users\name\…,
// /Users/name, /home/name, in any spelling of the separators.
func findUserFolder(v string, from int) (span, bool) {
	for i := from; i < len(v); i++ {
		if v[i] != '\\' && v[i] != '/' {
			continue
		}
		first := i
		start := skipSeparators(v, i)
		i = start - 1 // a row of separators is read once
		end := partEnd(v, start)
		folder := v[start:end]
		switch {
		case end == len(v) || v[end] != '\\' && v[end] != '/':
			continue
		case strings.EqualFold(folder, "users"), strings.EqualFold(folder, "Documents and Settings"):
		case folder == "home" && (first < i || first == 0 || !isAlnum(v[first-1])): // of a computer, not of a website
		default:
			continue
		}
		name := skipSeparators(v, end)
		if s := (span{name, nameEnd(v, name)}); s.from < s.to && !sharedFolder(s.of(v)) {
			return s, true
		}
	}
	return span{}, false
}

func skipSeparators(v string, i int) int {
	for i < len(v) && (v[i] == '\\' || v[i] == '/') {
		i++
	}
	return i
}

// partEnd is where the part of a path that begins at start ends.
func partEnd(v string, start int) int {
	if i := strings.IndexAny(v[start:], `\/`); i >= 0 {
		return start + i
	}
	return len(v)
}

// nameEnd is where a folder's name ends. Windows allows spaces in one, so where
// no separator follows, it ends at the first space.
func nameEnd(v string, start int) int {
	end := partEnd(v, start)
	stop := "\r\n\t\"<>|*?:;,&#"
	if end == len(v) {
		stop += " ')"
	}
	if i := strings.IndexAny(v[start:end], stop); i >= 0 {
		end = start + i
	}
	return end
}

// findSite finds the owner in the address of a person's own OneDrive site:
// name in …sharepoint.com/personal/name/…
func findSite(v string, from int) (span, bool) {
	const (
		folder = "/personal/"
		far    = 200 // the site's host stands right before it, with its port at most
	)
	for i := from; i+len(folder) < len(v); i++ {
		if v[i] != '/' || !strings.EqualFold(v[i:i+len(folder)], folder) {
			continue
		}
		s := span{i + len(folder), nameEnd(v, i+len(folder))}
		if s.from < s.to && (strings.Count(s.of(v), "_") >= 2 || containsFold(v[max(0, i-far):i], "sharepoint.")) {
			return s, true
		}
	}
	return span{}, false
}

// findSID finds the security identifier of an account: S-1-5-21-… of a domain
// or machine, S-1-12-1-… of Entra. Well-known ones (S-1-5-18) are nobody's.
func findSID(v string, from int) (span, bool) {
	for i := from; ; i++ {
		dash := strings.IndexByte(v[min(i, len(v)):], '-')
		if dash < 0 {
			return span{}, false
		}
		i += dash
		start := i - 1
		if start < from || v[start]|0x20 != 's' {
			continue
		}
		for _, prefix := range []string{"s-1-5-21-", "s-1-12-1-"} {
			if end := start + len(prefix); end < len(v) && strings.EqualFold(v[start:end], prefix) && isDigit(v[end]) {
				for end < len(v) && (isDigit(v[end]) || v[end] == '-') {
					end++
				}
				return span{start, end}, true
			}
		}
	}
}

const guidLength = 36

// findGUID finds 8-4-4-4-12 hexadecimal digits that are not part of more.
func findGUID(v string, from int) (span, bool) {
	for i := from + 8; i+guidLength-8 <= len(v); i++ {
		dash := strings.IndexByte(v[i:], '-')
		if i += dash; dash < 0 || i+guidLength-8 > len(v) {
			break
		}
		s := span{i - 8, i - 8 + guidLength}
		if v[i+5] != '-' || s.from > 0 && isHex(v[s.from-1]) || s.to < len(v) && (isHex(v[s.to]) || v[s.to] == '-') || !isGUID(s.of(v)) {
			continue
		}
		return s, true
	}
	return span{}, false
}

// findHex finds a run of 16 or 32 hexadecimal digits: a PUID, or a GUID without
// its dashes.
func findHex(v string, from int) (span, bool) {
	const short, long = 16, 32
	for i := from; i+short <= len(v); {
		start := i
		i += short
		for i > start && isHex(v[i-1]) { // from behind: a short run is passed over at once
			i--
		}
		if i > start {
			continue
		}
		end := start + short
		for end < len(v) && isHex(v[end]) {
			end++
		}
		if n := end - start; (n == short || n == long) && (start == 0 || !isAlnum(v[start-1])) && (end == len(v) || !isAlnum(v[end])) {
			return span{start, end}, true
		}
		i = end + 1
	}
	return span{}, false
}

// findPhone finds a telephone number: + and 9 to 15 digits, or a Dutch mobile
// number with its dash or space.
func findPhone(v string, from int) (span, bool) {
	for i := from; i < len(v); i++ {
		if v[i] != '+' && v[i] != '0' || i > 0 && (isAlnum(v[i-1]) || v[i-1] == '.' || v[i-1] == '-') {
			continue
		}
		dutch := strings.HasPrefix(v[i:], "06-") || strings.HasPrefix(v[i:], "06 ")
		if v[i] == '0' && !dutch || v[i] == '+' && (i+1 == len(v) || !isDigit(v[i+1])) {
			continue
		}
		digits, end := 0, i
		for k := i + 1; k < len(v) && digits <= 15; k++ {
			if isDigit(v[k]) {
				digits, end = digits+1, k+1
			} else if strings.IndexByte(" -()", v[k]) < 0 || v[k] == v[k-1] || dutch && k > i+2 && v[k] == '-' {
				break
			}
		}
		if whole := end == len(v) || !isAlnum(v[end]); whole && (dutch && digits == 9 || !dutch && digits >= 9 && digits <= 15) {
			return span{i, end}, true
		}
	}
	return span{}, false
}

// findLegacyName finds the part of an Exchange address in the old form that
// stands for a person: name in /o=…/cn=Recipients/cn=name.
func findLegacyName(v string, from int) (span, bool) {
	const before = "/cn=recipients/cn="
	for i := from; i+len(before) < len(v); i++ {
		if v[i] == '/' && strings.EqualFold(v[i:i+len(before)], before) {
			if s := (span{i + len(before), nameEnd(v, i+len(before))}); s.from < s.to {
				return s, true
			}
		}
	}
	return span{}, false
}

// findIP finds an IP address that can point to a person's connection. The
// machine's own loopback and the unspecified address cannot, nor can an address
// whose last part was cut off before sending (it ends in 0).
func findIP(v string, from int) (span, bool) {
	for i := from; i < len(v); {
		end := i
		for end < len(v) && !betweenWords(v[end]) {
			end++
		}
		if n := end - i; n >= 4 && n <= 60 && personalIP(v[i:end]) {
			return span{i, end}, true
		}
		i = end + 1
	}
	return span{}, false
}

func betweenWords(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '"', '\'', '`', ',', ';', '=', '(', ')', '[', ']', '<', '>', '{', '}', '|', '/', '\\':
		return true
	}
	return false
}

func personalIP(word string) bool {
	// A time or a code has letters that no address has; saying so costs less than
	// the error that the parser makes.
	for i := 0; i < len(word) && word[i] != '%'; i++ {
		if !isHex(word[i]) && word[i] != '.' && word[i] != ':' {
			return false
		}
	}
	addr, err := netip.ParseAddr(word)
	if err != nil {
		port, err := netip.ParseAddrPort(word)
		if err != nil {
			return false
		}
		addr = port.Addr()
	}
	addr = addr.Unmap()
	return !addr.IsLoopback() && !addr.IsUnspecified() && addr.As16()[15] != 0
}
