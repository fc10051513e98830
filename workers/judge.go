package workers

import (
	"context"
	"slices"

	"inzage/schema"
	"inzage/workers/inputs"
)

// Judge says whether a file that somebody hands in is of use: one of the sources
// reads it, or something in it. It looks at the beginnings of files and at the
// directories of archives, as a build does, and writes nothing to disk. with are
// the files that were handed in before: some belong together.
//
// The error has CodeLimit for an archive that unpacks to more than it should,
// CodeEncryptedMember for one with a password, CodeDamagedArchive for one that
// cannot be read, the code of why a known kind of file is not taken, such as
// CodeFormatList, or CodeUnknownFormat.
func Judge(ctx context.Context, sources []schema.Source, file inputs.Stored, with []inputs.Stored) error {
	refuse := func(code schema.Code) error { return schema.Fail(code, "judge file", nil) }
	set, err := inputs.OpenStored(ctx, append(slices.Clone(with), file), inputs.Options{Memory: true})
	if err != nil {
		return err
	}
	defer func() { _ = set.Close() }()
	problem := make(map[schema.Code]bool)
	useful, unopened, refused := false, false, schema.Code("")
	for f, err := range set.Files() {
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "judge file", ctx.Err())
		}
		if !within(f.Name, file.Name) || err != nil {
			continue // why is among the problems
		}
		for _, s := range sources {
			format, ok := s.Match(f)
			switch {
			case !ok:
				continue
			case format.Refused != "":
				refused = format.Refused
			case !format.Support || f.Name == file.Name:
				useful = true // a database's companion comes by itself
			}
			break
		}
	}
	for _, p := range set.Problems() {
		if within(p.Name, file.Name) {
			problem[p.Code] = true
			unopened = unopened || p.Code == schema.CodeTooLarge
		}
	}
	switch {
	case problem[schema.CodeLimit]:
		return refuse(schema.CodeLimit)
	case useful:
		return nil
	case refused != "":
		return refuse(refused)
	case problem[schema.CodeEncryptedMember]:
		return refuse(schema.CodeEncryptedMember)
	case problem[schema.CodeDamagedArchive]:
		return refuse(schema.CodeDamagedArchive)
	case unopened:
		return nil // what is in it, the build finds out
	default:
		return refuse(schema.CodeUnknownFormat)
	}
}

// within reports whether a file is the one of that name, or in it.
func within(name, file string) bool {
	return name == file || len(name) > len(file) && name[:len(file)] == file && name[len(file)] == '/'
}
