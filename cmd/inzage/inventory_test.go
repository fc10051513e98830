package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestInventories holds the inventory of the log and that of cryptography to the
// code (ASVS 5.0, 16.1.1 and 11.1.2): each line that the program can write, with its
// fields, and each place that imports what encrypts, hashes, signs or draws lots.
func TestInventories(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	var lines []string
	imports := map[string][]string{} // path → folders
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		lines = append(lines, logged(file, filepath.ToSlash(folder))...)
		for _, one := range file.Imports {
			name, _ := strconv.Unquote(one.Path.Value)
			if cryptic.MatchString(name) && !slices.Contains(imports[name], "`"+filepath.ToSlash(folder)+"`") {
				imports[name] = append(imports[name], "`"+filepath.ToSlash(folder)+"`")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var uses []string
	for name, folders := range imports {
		slices.Sort(folders)
		uses = append(uses, "| `"+name+"` | "+strings.Join(folders, ", ")+" |")
	}
	for page, rows := range map[string][]string{"log.md": lines, "cryptography.md": uses} {
		slices.Sort(rows)
		rows = slices.Compact(rows)
		text, err := os.ReadFile(filepath.Join(root, "docs", page)) //nolint:gosec // of the repository
		if err != nil {
			t.Fatal(err)
		}
		known := slices.Collect(strings.Lines(string(text)))
		known = slices.DeleteFunc(known, func(row string) bool { return !strings.HasPrefix(row, "| `") })
		for _, row := range rows {
			at := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, row) && strings.TrimSpace(k) != row })
			if at < 0 {
				t.Errorf("docs/%s has no row, or no words in it: %s …", page, row)
			} else {
				known = slices.Delete(known, at, at+1)
			}
		}
		for _, row := range known {
			t.Errorf("docs/%s has what the code has not: %s", page, row)
		}
		if len(rows) < 20 {
			t.Errorf("only %d rows in the code for docs/%s", len(rows), page)
		}
	}
}

// cryptic is what an import has in its path that keeps secrets, proves who somebody
// is, or draws lots.
var cryptic = regexp.MustCompile(`(^|/)(crypto|hash|rand|age|nkeys|jwt|jose|sumdb|go-oidc|oauth2|azidentity|otp|argon2|bcrypt|openpgp|ssh|xxhash|blake3)(/|$)`)

// logged lists the lines of the log that a file writes, each as a row begins: what
// it says, how urgent, with which fields, where.
func logged(file *ast.File, folder string) (rows []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		end, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		level, fields, zero := "", []string{}, false
		for call := end; call != nil; {
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			switch name := sel.Sel.Name; name {
			case "Trace", "Debug", "Info", "Warn", "Error", "Fatal", "Panic", "Log", "WithLevel":
				level, zero = strings.ToLower(strings.Replace(name, "WithLevel", "any", 1)), true
			default:
				if call != end && len(call.Args) > 0 && name != "Ctx" {
					fields = append(fields, "`"+written(call.Args[0])+"`")
				}
			}
			call, _ = sel.X.(*ast.CallExpr)
		}
		sel, ok := end.Fun.(*ast.SelectorExpr)
		if !zero || !ok || !slices.Contains([]string{"Msg", "Msgf", "MsgFunc", "Send"}, sel.Sel.Name) {
			return true
		}
		slices.Reverse(fields)
		text := ""
		if len(end.Args) > 0 {
			text = written(end.Args[0])
		}
		rows = append(rows, "| `"+text+"` | "+level+" | "+strings.Join(fields, " ")+" | `"+folder+"` |")
		return true
	})
	return rows
}

// written is a text as it stands, or the code that makes it.
func written(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok {
		if text, err := strconv.Unquote(lit.Value); err == nil {
			return text
		}
	}
	var b bytes.Buffer
	_ = printer.Fprint(&b, token.NewFileSet(), e)
	return b.String()
}
