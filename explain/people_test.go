package explain

import (
	"strings"
	"testing"
)

// A code is looked up by its key, whether or not the key is made.
func TestOfCode(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"5319bf7b-ee3e-4acd-ac7a-608686c51719", "5319BF7B-EE3E-4ACD-AC7A-608686C51719", "{5319bf7b-ee3e-4acd-ac7a-608686c51719}",
		"00000000-0e3e-4acd-ac7a-608686c51719", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000000",
		"5319bf7b-ee3e-4acd-ac7a-608686c5171", "g319bf7b-ee3e-4acd-ac7a-608686c51719", "0010000012345678", "100300009abcdef0",
		"S-1-12-1-1-2-3-4", "5319bf7bee3e4acdac7a608686c51719", "", "-", strings.Repeat("0", 36), strings.Repeat("-", 36),
	} {
		key := codeKey(code)
		if !ofCode(map[string]bool{key: true}, code) {
			t.Errorf("%q is not found by its key %q", code, key)
		}
		if ofCode(map[string]bool{key + "0": true, "c:": key != "c:"}, code) {
			t.Errorf("%q is found by another key than %q", code, key)
		}
	}
}
