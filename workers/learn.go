package workers

import (
	"context"
	"strconv"

	"inzage/explain"
	"inzage/schema"
	"inzage/workers/inputs"
)

// learn reads everything once for who is in it, before anything is masked: a
// colleague's name in the title of a document can stand before the record that
// tells that it is somebody's name. What cannot be read is passed over here; it
// is told when its turn comes.
func (l Line) learn(ctx context.Context, set *inputs.Set) error {
	if l.Mask == nil {
		return nil
	}
	for _, support := range []bool{true, false} { // what names its person goes first, as in Run
		for f, err := range set.Files() {
			src, format := l.match(f, err)
			if src == nil || format.Refused != "" || format.Support != support {
				continue
			}
			if err := l.learnFile(ctx, f, src); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l Line) learnFile(ctx context.Context, f schema.File, src schema.Source) error {
	for step := range ahead(src.Records(l.Subject, f, nil), nil) {
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "read input", ctx.Err())
		}
		if err := step.err; err != nil {
			if code := schema.CodeOf(err); code == schema.CodeOtherPerson || code == schema.CodeOtherTenant {
				return err
			}
			return nil
		}
		l.Mask.Learn(l.Explain, step.record)
	}
	return nil
}

// shownNames are the names of files with other people masked, each name once.
type shownNames struct {
	mask  *explain.Masker
	by    map[string]string
	taken map[string]bool
}

func (n *shownNames) of(name string) string {
	if n.mask == nil {
		return name
	}
	if s, ok := n.by[name]; ok {
		return s
	}
	if n.by == nil {
		n.by, n.taken = make(map[string]string), make(map[string]bool)
	}
	s, _ := n.mask.Text(name)
	try := s
	for i := 2; n.taken[try]; i++ {
		try = s + " (" + strconv.Itoa(i) + ")"
	}
	n.by[name], n.taken[try] = try, true
	return try
}
