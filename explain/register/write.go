package register

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"inzage/schema"
)

// listFile is the shape of a file of registers with a list of sub-processors alone.
type listFile struct {
	Checked       schema.Date `yaml:"checked"`
	Source        Text        `yaml:"source"`
	Subprocessors []Company   `yaml:"subprocessors"`
}

// Write writes a list as a file of registers, that Load takes in. The same list
// gives the same bytes.
func (l *Companies) Write() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(listFile{Checked: l.On, Source: l.Source, Subprocessors: l.Rows})
	if err = errors.Join(err, e.Close()); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write list", err)
	}
	return b.Bytes(), nil
}

// ReadCompanies reads what Write wrote. The error has CodeCatalog.
func ReadCompanies(data []byte) (*Companies, error) {
	var f listFile
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, schema.Fail(schema.CodeCatalog, "read list", err)
	}
	nameless := slices.ContainsFunc(f.Subprocessors, func(c Company) bool { return folded(c.Name) == "" })
	if f.Checked.IsZero() || nameless {
		return nil, schema.Fail(schema.CodeCatalog, "read list: day or name", nil)
	}
	return &Companies{On: f.Checked, Source: f.Source, Rows: f.Subprocessors}, nil
}
