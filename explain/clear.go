package explain

import (
	"strings"

	"inzage/schema"
)

// What people chose themselves, in clear text: a path or the name of a file, an
// address, the name of a user. These are what OneDrive may send, by exception, and
// no other service (facets.yaml, ages.exception).

// exposes tells which of these a value gives away, in a field of which n is
// known; ExposesNothing where it gives away none.
func exposes(n *schema.Note, v string) schema.Exposure {
	if n.Class != schema.DirectIdentifier || !said(v) {
		return schema.ExposesNothing
	}
	switch n.Raised {
	case "detected-path", "detected-url", "detected-file":
		return schema.ExposesPath
	case "detected-email":
		return address(v)
	case "detected-name", "detected-user":
		return schema.ExposesName
	}
	// The class is the field's own: the value must bear it out.
	switch n.Identifier {
	case "path", "url":
		if has(findUserFolder, v) || has(findSite, v) || has(findClearPath, v) {
			return schema.ExposesPath
		}
	case "email", "upn", "name":
		if has(findAddress, v) {
			return address(v)
		}
		if likeName(v) {
			return schema.ExposesName
		}
	}
	return schema.ExposesNothing
}

// address is what a value with an address in it gives away: nothing where it is
// that of a chat, which is written like one.
func address(v string) schema.Exposure {
	for s, ok := findAddress(v, 0); ok; s, ok = findAddress(v, s.to) {
		if !chat(s.of(v)) {
			return schema.ExposesAddress
		}
	}
	return schema.ExposesNothing
}

// likeName tells whether a value can be the name of a person or an account, and
// is no code, number or word of the software.
func likeName(v string) bool {
	if len(v) < 2 || len(v) > 100 || machineWord(v) || !strings.ContainsFunc(v, isLetterRune) {
		return false
	}
	if domain, user, ok := strings.Cut(v, `\`); ok {
		return !systemDomain(domain) && !strings.ContainsAny(user, `\/`)
	}
	return !strings.ContainsAny(v, `/:{}<>=|%$`)
}

func isLetterRune(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f }

// machineWord tells whether a value is a code, or a word that software writes
// where no person stands.
func machineWord(v string) bool {
	if isGUID(v) || hashed(v) || isVersion(v) {
		return true
	}
	switch strings.ToLower(v) {
	case "true", "false", "null", "none", "n/a", "unknown", "anonymous", "system", "user", "default", "guest", "administrator",
		"local service", "network service", "redacted", "onbekend", "undefined", "(null)", "unset":
		return true
	}
	return strings.HasPrefix(v, "S-1-") || strings.HasPrefix(v, "app@")
}

// hashed tells whether a part of a path is a code: hexadecimal digits, a GUID, or
// long and without any word in it.
func hashed(s string) bool {
	if isGUID(s) {
		return true
	}
	s = strings.Trim(s, "{}")
	hex, digits, upper := true, 0, false
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			digits++
		}
		upper = upper || s[i] >= 'A' && s[i] <= 'Z'
		if !isHex(s[i]) && s[i] != '-' && s[i] != '_' {
			hex = false
		}
	}
	if hex && digits > 0 && len(s) >= 6 {
		return true
	}
	base64 := digits >= 2 && upper && len(s) >= 20
	for i := 0; base64 && i < len(s); i++ {
		base64 = isBase64(s[i]) || s[i] == '-' || s[i] == '_'
	}
	return base64
}

// findAccount finds a user of a Windows domain that is the whole value:
// WATERLAND\sdewit, AzureAD\SanneDeWit.
func findAccount(v string, from int) (span, bool) {
	domain, user, ok := strings.Cut(v, `\`)
	user = strings.TrimPrefix(user, `\`)
	if from > 0 || !ok || len(domain) < 2 || len(domain) > 15 || len(user) < 2 || len(user) > 64 || systemDomain(domain) {
		return span{}, false
	}
	lower := false
	for i := 0; i < len(user); i++ {
		c := user[i]
		lower = lower || c >= 'a' && c <= 'z' || c >= 0x80
		if !isAlnum(c) && strings.IndexByte("._-", c) < 0 {
			return span{}, false
		}
	}
	for i := 0; i < len(domain); i++ {
		if c := domain[i]; (c < 'A' || c > 'Z') && !isDigit(c) && c != '-' && domain != "AzureAD" {
			return span{}, false
		}
	}
	if !lower || software(extension(user)) || document(extension(user)) || machineWord(user) {
		return span{}, false
	}
	return span{len(v) - len(user), len(v)}, true
}

// systemDomain tells whether what stands before a backslash is no domain of
// people: a root of the registry, a bus, a built-in authority.
func systemDomain(s string) bool {
	switch strings.ToLower(s) {
	case "nt authority", "nt service", "builtin", "iis apppool", "font driver host", "window manager", "hklm", "hkcu", "hkcr", "hku",
		"software", "system", "hardware", "sam", "security", "usb", "pci", "acpi", "hid", "root", "swd", "storage", "scsi", "display",
		"bth", "hdaudio", "monitor", "usbstor", "bthenum", "sw", "uefi", "x64", "x86", "arm64", "winsxs", "microsoft", "windows", "device":
		return true
	}
	return false
}

// maxPath is how much of a path is looked at, in bytes.
const maxPath = 1_000

// findClearPath finds a path or the name of a file that people chose themselves:
// on a drive or a share outside the folders of the system, in a library of
// SharePoint or OneDrive, or a document by its name alone. It returns the path
// from where it starts to the end of the text.
//
// Of a path it judges the first maxPath bytes: Windows allows 260 characters and
// SharePoint 400, and a value of many roots is read in time by its length.
func findClearPath(v string, from int) (span, bool) {
	for i := from; i < len(v); i++ {
		if v[i] != '\\' && v[i] != '/' && v[i] != ':' && v[i] != '~' {
			continue
		}
		if start, parts, ok := rootAt(v[:min(len(v), i+maxPath)], i); ok && chosen(v[start:], parts) {
			return span{start, len(v)}, true
		}
	}
	if from > 0 || len(v) > 400 || strings.ContainsAny(v, ":\n\"<>|?*{}") {
		return span{}, false
	}
	parts := strings.FieldsFunc(v, isSeparator)
	if len(parts) == 0 || packaged(parts[0]) || !letter(extension(v)) {
		return span{}, false
	}
	base := strings.TrimSuffix(parts[len(parts)-1], "."+extension(v))
	if stock(base) || len(base) == 0 || allHashed(parts) {
		return span{}, false
	}
	return span{0, len(v)}, true
}

// rootAt tells whether a root of paths begins at or just before v[i], and returns
// where it starts and the text behind it.
func rootAt(v string, i int) (start int, rest string, ok bool) {
	before := byte(' ')
	if i > 0 {
		before = v[i-1]
	}
	switch {
	case v[i] == ':' && i+1 < len(v) && isSeparator(rune(v[i+1])) && isLetter(before) && (i == 1 || !isAlnum(v[i-2])): // D:\
		return i - 1, v[i+1:], true
	case v[i] == '~' && i+1 < len(v) && v[i+1] == '/' && betweenWords(before):
		return i, v[i+2:], true
	case strings.HasPrefix(v[i:], `\\`) && betweenWords(before) && before != '\\' && before != '/': // \\server\share
		rest = strings.TrimLeft(v[i:], `\`)
		if len(rest) == 0 || !isAlnum(rest[0]) {
			return 0, "", false
		}
		return i, rest, strings.ContainsRune(rest, '\\')
	case strings.HasPrefix(v[i:], "/Volumes/") && !strings.HasPrefix(v[i:], "/Volumes/Macintosh HD") && (i == 0 || !isAlnum(before)):
		return i, v[i+len("/Volumes/"):], true
	case strings.HasPrefix(v[i:], "://"):
		host, path, found := strings.Cut(v[i+3:], "/")
		if found && cloudHost(strings.ToLower(host)) {
			return i, path, library(path)
		}
	}
	return 0, "", false
}

func cloudHost(host string) bool {
	return strings.Contains(host, "sharepoint.") || strings.HasSuffix(host, "onedrive.live.com") || strings.HasSuffix(host, "docs.live.net")
}

// library tells whether a path on a site leads into a library of documents.
func library(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	if letter(extension(path)) {
		return true
	}
	low := strings.ToLower(strings.ReplaceAll(path, "%20", " "))
	for _, name := range []string{"/shared documents/", "/gedeelde documenten/", "/documents/", "/documenten/", "/gedeelde %20 documenten/"} {
		if at := strings.Index("/"+low, name); at >= 0 && at+len(name) < len(low)+1 {
			return true
		}
	}
	return false
}

// chosen tells whether what stands behind a root is a place that people named.
func chosen(whole, rest string) bool {
	if i := strings.IndexAny(rest, "\r\n\"<>|*?'"); i >= 0 {
		rest = rest[:i]
	}
	parts := strings.FieldsFunc(rest, isSeparator)
	if len(parts) == 0 || software(extension(parts[len(parts)-1])) || allHashed(parts) {
		return false
	}
	for i, p := range parts {
		low := strings.ToLower(strings.TrimSpace(p))
		if i < 2 && systemFolder(low) || source(low) {
			return false
		}
	}
	low := strings.ToLower(parts[0])
	if (low == "users" || low == "documents and settings") && (len(parts) < 3 || sharedFolder(parts[1])) {
		return false // a user's folder is found by its name
	}
	if strings.HasPrefix(whole, `\\`) {
		return len(parts) > 1
	}
	return strings.ContainsFunc(strings.Join(parts, ""), isLetterRune)
}

// systemFolder are the folders at the top of a drive, and the shares, that the
// system and the makers of computers name.
func systemFolder(low string) bool {
	switch low {
	case "windows", "winnt", "program files", "program files (x86)", "programdata", "$recycle.bin", "system volume information", "perflogs",
		"recovery", "boot", "efi", "msocache", "inetpub", "intel", "amd", "nvidia", "dell", "hp", "swsetup", "drivers", "onedrivetemp",
		"$windows.~bt", "$winreagent", "windows.old", "config.msi", "sysvol", "netlogon", "ipc$", "print$", "admin$", "pagefile.sys",
		"device", "registry", "systemroot", "global", "pipe", "progra~1", "progra~2", "temp", "tmp", "library", "applications", "system32":
		return true
	}
	return strings.HasPrefix(low, "%") || strings.HasPrefix(low, "harddiskvolume")
}

// source are folders of the computers on which Microsoft builds its software.
func source(low string) bool {
	switch low {
	case "_work", "__w", "src", "dbs", "onecore", "node_modules", "obj", "objd", "build":
		return true
	}
	return false
}

// packaged are first folders inside a package or a website.
func packaged(first string) bool {
	switch strings.ToLower(first) {
	case "assets", "images", "img", "static", "dist", "resources", "res", "media", "lib", "node_modules", "scripts", "css", "themes",
		"ppt", "word", "xl", "docprops", "_rels", "templates", "template", "samples", "_layouts", "wwwroot", "app", "windows", "program files",
		"winsxs", "help", "content", "files", "office", "stencils", "sampledata", "test", "tests":
		return true
	}
	return false
}

// stock tells whether the name of a document is one that the software gave.
func stock(base string) bool {
	low := strings.ToLower(strings.TrimRight(base, "0123456789 ()-"))
	switch low {
	case "", "document", "book", "map", "presentation", "presentatie", "normal", "default", "untitled", "template", "readme", "license",
		"eula", "blank", "new", "welcome", "notice", "naamloos", "tekening", "drawing", "image", "file", "sample", "test", "workbook",
		"personal", "changelog", "attachment", "doc", "sheet", "blad", "licentie":
		return true
	}
	return hashed(base)
}

func allHashed(parts []string) bool {
	for _, p := range parts {
		if ext := extension(p); ext != "" {
			p = strings.TrimSuffix(p, "."+ext)
		}
		if !hashed(p) && !isNumber(p) {
			return false
		}
	}
	return true
}

func isSeparator(r rune) bool { return r == '\\' || r == '/' }

// extension is what stands behind the last point of a name, where it is short
// enough to be one.
func extension(s string) string {
	i := strings.LastIndexByte(s, '.')
	if i < 1 || len(s)-i > 6 || len(s)-i < 2 || strings.ContainsAny(s[i:], `\/ `) {
		return ""
	}
	return s[i+1:]
}

// letter tells whether an extension is that of a document that people write.
func letter(ext string) bool {
	switch strings.ToLower(ext) {
	case "doc", "docx", "docm", "rtf", "odt", "xls", "xlsx", "xlsm", "xlsb", "csv", "ods", "ppt", "pptx", "pptm", "odp", "pdf", "msg", "eml",
		"one", "onepkg", "vsd", "vsdx", "mpp", "pst":
		return true
	}
	return false
}

// document tells whether an extension is that of something people keep.
func document(ext string) bool {
	switch strings.ToLower(ext) {
	case "txt", "jpg", "jpeg", "heic", "png", "mov", "mp4", "zip":
		return true
	}
	return letter(ext)
}

// software tells whether an extension is that of a part of software.
func software(ext string) bool {
	switch strings.ToLower(ext) {
	case "dll", "exe", "sys", "pdb", "cpp", "c", "h", "hpp", "cs", "js", "ts", "inf", "mui", "cat", "ocx", "cpl", "drv", "msi", "msp", "msix",
		"appx", "cab", "etl", "node", "ps1", "py", "com", "scr", "tlb", "winmd", "so", "dylib", "swift", "m", "mm", "java", "kt", "css":
		return true
	}
	return false
}
