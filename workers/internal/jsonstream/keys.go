package jsonstream

import "bytes"

// TopKeys lists the keys of an object that may be cut off or broken, for telling
// formats apart. Escapes in keys are left as they are.
func TopKeys(text []byte) []string {
	var keys []string
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := closingQuote(text, i+1)
			if end < 0 {
				return keys
			}
			rest := bytes.TrimLeft(text[end+1:], " \t\r\n")
			if depth == 1 && len(rest) > 0 && rest[0] == ':' {
				keys = append(keys, string(text[i+1:end]))
			}
			i = end
		}
	}
	return keys
}

// closingQuote returns the index of the quote that ends the string whose text
// begins at i, or -1.
func closingQuote(text []byte, i int) int {
	for ; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
