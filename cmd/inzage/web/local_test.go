package web

import "testing"

// What leads elsewhere, in whatever way a browser reads it, leads home.
func TestLocal(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/requests/2026-0001/files?refused=full": "/requests/2026-0001/files?refused=full", "/": "/",
		"": "/", "requests": "/", "https://elsewhere.example/": "/", "javascript:alert(1)": "/", "//elsewhere.example/": "/",
		`/\elsewhere.example/`: "/", "/\t/elsewhere.example/": "/", "/\n/elsewhere.example/": "/", "/requests\r\nSet-Cookie: a=b": "/", " //elsewhere.example/": "/",
	} {
		if got := local(path); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}
