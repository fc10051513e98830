package schema_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"inzage/schema"
)

func TestErrorSaysCodeAndNothingElse(t *testing.T) {
	t.Parallel()
	_, cause := os.Open("no-such-folder/" + canary)
	err := schema.Fail(schema.CodeIO, "read export", cause)
	if got, want := err.Error(), "read export: io"; got != want {
		t.Errorf("the error says %q, want %q", got, want)
	}
	if how := leaks(err.Error() + fmt.Sprintf("%v %s %q", err, err, err)); how != "" {
		t.Errorf("the error shows the path of its cause as %s", how)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause cannot be reached by errors.Is")
	}
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok || !strings.HasSuffix(path.Path, canary) {
		t.Error("the cause cannot be reached by errors.AsType")
	}
	if schema.Fail(schema.CodeUsage, "parse date", nil).Unwrap() != nil {
		t.Error("no cause became a cause")
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	inner := schema.Fail(schema.CodeTooDeep, "read record", nil)
	for _, c := range []struct {
		name string
		err  error
		want schema.Code
	}{
		{"no error", nil, ""},
		{"a foreign error", fs.ErrNotExist, schema.CodeInternal},
		{"an Error", inner, schema.CodeTooDeep},
		{"a wrapped one", fmt.Errorf("run: %w", inner), schema.CodeTooDeep},
		{"a joined one", errors.Join(fs.ErrClosed, inner), schema.CodeTooDeep},
		{"the outer one of two", schema.Fail(schema.CodeLimit, "read archive", inner), schema.CodeLimit},
	} {
		if got := schema.CodeOf(c.err); got != c.want {
			t.Errorf("%s has code %q, want %q", c.name, got, c.want)
		}
	}
}

// TestCodesAreStable reads the package's own source: every constant of a type
// that is public output is lower case with hyphens, and no two of a type are
// alike. The catalog has a text for each, keyed by it.
func TestCodesAreStable(t *testing.T) {
	t.Parallel()
	want := map[string]int{"Code": 20, "Repair": 18, "Layer": 10, "StepCode": 6, "ReminderCode": 6}
	shape := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for typ, values := range codes(t) {
		least, public := want[typ]
		if !public {
			continue
		}
		delete(want, typ)
		if len(values) < least {
			t.Errorf("%d constants of type %s, there were %d: a code is never taken away", len(values), typ, least)
		}
		seen := make(map[string]bool)
		for _, v := range values {
			if !shape.MatchString(v) {
				t.Errorf("%s %q is not lower case with hyphens", typ, v)
			}
			if seen[v] {
				t.Errorf("%s %q stands for two things", typ, v)
			}
			seen[v] = true
		}
	}
	for typ := range want {
		t.Errorf("no constants of type %s found", typ)
	}
}

// codes collects the typed string constants of the package: type → values.
func codes(t *testing.T) map[string][]string {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, named := spec.Type.(*ast.Ident)
			lit, literal := spec.Values[0].(*ast.BasicLit)
			if !named || !literal || lit.Kind != token.STRING {
				return true
			}
			v, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[typ.Name] = append(found[typ.Name], v)
			return true
		})
	}
	return found
}
