package workers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers/inputs"
)

// problemsName is the file, in the box Intake, with what was found to be wrong
// with what was handed in.
const problemsName = "problems.json"

// HandIn stores what was handed in with a request in its part Upload, each file
// as it was received, and what was found to be wrong with it: a link that was not
// followed and a folder that could not be read leave no file behind, and yet the
// person must hear of them. Every byte that is stored goes through seen too.
func HandIn(ctx context.Context, vault *queue.Vault, set *inputs.Set, seen io.Writer) error {
	for _, raw := range set.Raw() {
		in, err := raw.Open()
		if err != nil {
			return err
		}
		_, err = vault.Box(Upload).Put(ctx, raw.Name, io.TeeReader(in, seen))
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	problems := set.Problems()
	if len(problems) == 0 {
		return nil
	}
	text, err := json.Marshal(problems)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "keep problems of input", nil)
	}
	_, err = vault.Box(Intake).Put(ctx, problemsName, bytes.NewReader(text))
	return err
}

// handedIn is what HandIn kept of problems.
func handedIn(ctx context.Context, vault *queue.Vault) ([]inputs.Problem, error) {
	in, err := vault.Box(Intake).Open(ctx, problemsName)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var problems []inputs.Problem
	if err := json.NewDecoder(in).Decode(&problems); err != nil {
		return nil, schema.Fail(schema.CodeTampered, "read problems of input", nil)
	}
	return problems, nil
}
