package workers

import (
	"context"
	"io"

	"inzage/schema"
	"inzage/workers/inputs"
	"inzage/workers/scan"
)

// Scan has the organisation's scanner look at what somebody hands in, after it was
// judged: an archive that unpacks without end is no longer among it. Each file goes to
// the scanner as it came, and each file that is in it once more by itself: of a packed
// one that is larger than it takes, clamd looks at the beginning and says that it found
// nothing. Nothing is written to disk, and one piece is in memory.
//
// Errors are those of scan.Clamd, and of reading: what cannot be opened here, such as a
// member with a password, nobody looked at.
func Scan(ctx context.Context, by *scan.Clamd, set *inputs.Set) error {
	came := make(map[string]bool)
	for _, raw := range set.Raw() {
		came[raw.Name] = true
		if err := look(ctx, by, raw.Open); err != nil {
			return err
		}
	}
	for f, err := range set.Files() {
		if !inside(f.Name, came) {
			continue // it came by itself, or is a link and is not taken
		}
		if err == nil {
			err = look(ctx, by, f.Open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// look has the scanner look at one file.
func look(ctx context.Context, by *scan.Clamd, open func() (io.ReadCloser, error)) error {
	if ctx.Err() != nil {
		return schema.Fail(schema.CodeInterrupted, "scan file", ctx.Err())
	}
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	return by.Look(ctx, in)
}

// inside reports whether a file is in one of those that came.
func inside(name string, came map[string]bool) bool {
	for i, c := range name {
		if c == '/' && came[name[:i]] {
			return true
		}
	}
	return false
}
