package queue_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// sealKey is no secret.
func sealKey(t *testing.T, digit string) queue.Key {
	t.Helper()
	k, err := queue.ParseKey(strings.Repeat(digit, 64))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return k
}

// What is sealed opens with its own key and label only, whole or not at all, and no
// byte comes out that was not put in.
func TestSeal(t *testing.T) {
	t.Parallel()
	key, label := sealKey(t, "1"), "part 1"
	const chunk = 64 << 10 // of age
	for _, size := range []int{0, 1, 100, chunk, 3 * chunk} {
		plain := random(uint64(size), size)
		sealed, err := queue.Seal(key, label, plain)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if got, err := queue.Unseal(key, label, sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes do not come back: %s", size, queuetest.Why(err))
		}
		if _, err := queue.Unseal(sealKey(t, "2"), label, sealed); schema.CodeOf(err) != schema.CodeWrongKey {
			t.Errorf("%d bytes, another key: %s", size, queuetest.Why(err))
		}
		if _, err := queue.Unseal(key, "part 2", sealed); schema.CodeOf(err) != schema.CodeWrongKey {
			t.Errorf("%d bytes in another place: %s", size, queuetest.Why(err))
		}
		again, err := queue.Seal(key, label, plain)
		if err != nil || bytes.Equal(again[len(again)-16:], sealed[len(sealed)-16:]) {
			t.Errorf("%d bytes are sealed alike twice: %s", size, queuetest.Why(err))
		}
		damaged := func(what string, bad []byte) {
			got, err := queue.Unseal(key, label, bad)
			if code := schema.CodeOf(err); code != schema.CodeTampered && code != schema.CodeWrongKey {
				t.Errorf("%d bytes, %s: %s", size, what, queuetest.Why(err))
			}
			if !bytes.HasPrefix(plain, got) {
				t.Errorf("%d bytes, %s: gives what was not sealed", size, what)
			}
		}
		for at := 0; at < len(sealed); at += 1 + len(sealed)/500*25 {
			bad := bytes.Clone(sealed)
			bad[at] ^= 1
			damaged("a flipped bit", bad)
			damaged("cut off", sealed[:at])
		}
		damaged("something behind it", append(bytes.Clone(sealed), 0))
		if body := len(sealed) - size/chunk*(chunk+16); size == 3*chunk {
			bad := bytes.Clone(sealed)
			copy(bad[body:], sealed[body+chunk+16:body+2*(chunk+16)])
			copy(bad[body+chunk+16:], sealed[body:body+chunk+16])
			damaged("two chunks changed places", bad)
			damaged("a chunk is missing", append(bytes.Clone(sealed[:body]), sealed[body+chunk+16:]...))
		}
	}
}

// What was sealed by the first version opens: nobody could read their store else.
func TestSealedBefore(t *testing.T) {
	t.Parallel()
	sealed, err := base64.StdEncoding.DecodeString(sealedBefore)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := queue.Unseal(sealKey(t, "1"), "part 1", sealed); err != nil || string(got) != "sealed in 2026" {
		t.Errorf("gives %q, %s", got, queuetest.Why(err))
	}
}

const sealedBefore = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IGluemFnZSBNN3BMS3ZIS2l6b1NlcnVhYmhhZjZBClI5K1VJQ0k1WTFYRmpDYkdJS0Uv" +
	"bTlEYndSeHQ5SlR5WWFNSXg3OFlaaGcKLS0tIDA4WGk4dXRSWTUwK0FPSFpGNVJmbExEbXhSc1oxaE4zN1B3eWF5VkgwSHcKdK+m" +
	"GWB/fF1Bm1UMHVE7qjM6unIm+9hjT64Kh58x84OV5fQrBaoZ50qnRRUBvg=="
