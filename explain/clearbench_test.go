package explain

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkClearPath: a value of nothing but the roots of paths that nobody
// chose is the worst there is. Its time grows with its length, not faster.
func BenchmarkClearPath(b *testing.B) {
	for _, size := range []int{1 << 12, 1 << 15, 1 << 18} {
		v := strings.Repeat(`C:\Windows\x `, size/13)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(len(v)))
			for b.Loop() {
				if _, found := findClearPath(v, 0); found {
					b.Fatal("found a path in folders of the system")
				}
			}
		})
	}
}
