package queue

import "strings"

// classOf is a subject in which every word that is not one of ours is "*": so it
// says what somebody tried, and never of whom. Our words are those of the list of
// rights (Role.Rights).
func classOf(subject string) string {
	ours := make(map[string]bool)
	for _, role := range Roles() {
		for _, account := range Accounts() {
			rights, _ := role.Rights(account)
			for _, list := range [][]string{rights.Publish, rights.Deny, rights.Subscribe} {
				for _, s := range list {
					for word := range strings.SplitSeq(s, ".") {
						ours[word] = true
					}
				}
			}
		}
	}
	words := strings.Split(subject, ".")
	if len(words) > longestClass {
		words = append(words[:longestClass], ">")
	}
	for i, word := range words {
		if !ours[word] {
			words[i] = begin(word) + "*"
		}
	}
	return strings.Join(words, ".")
}

// longestClass is how many words of a subject are told.
const longestClass = 12

// begin is what the name of a stream of a request begins with; the rest is the id
// of the request.
func begin(word string) string {
	for _, prefix := range []string{prefixKey, prefixFiles, prefixIndex, prefixKV + prefixIndex, prefixObjects + prefixFiles} {
		if strings.HasPrefix(word, prefix) {
			return prefix
		}
	}
	return ""
}
