package fetch

import (
	"context"
	"maps"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers/graphexport"
)

// lost ends a fetch whose container is gone: whatever was in it is gone too.
func (d *download) lost(ctx context.Context) error {
	d.mark.Why = schema.CodeStorageLost
	if err := d.tell(ctx, nil); err != nil {
		return err
	}
	return d.to(ctx, stageDone)
}

// finish tells what was found where, and notes that the box has it all.
func (d *download) finish(ctx context.Context, files []remote) error {
	if err := d.tell(ctx, files); err != nil {
		return err
	}
	return d.to(ctx, stageStored)
}

// tell says how the search ended: in each place from which a file came, and as
// a whole. Which services had nothing and wrote nothing, no one says.
func (d *download) tell(ctx context.Context, files []remote) error {
	places := make(map[string]schema.Result)
	whole := schema.Result{Found: schema.FoundNothing}
	for _, f := range files {
		if f.name == requestInfo {
			continue
		}
		got := d.held[f.name]
		name := place(f.name)
		p, ok := places[name]
		if !ok {
			p = schema.Result{Place: name, Found: schema.FoundNothing}
		}
		for _, r := range []*schema.Result{&p, &whole} {
			r.Files++
			r.Bytes += f.size
			if !got.empty() {
				r.Found = schema.FoundData
			}
			if got.damaged {
				r.Code = schema.CodeHashDiffers
			}
		}
		places[name] = p
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		if err := d.box.Tell(ctx, places[name]); err != nil {
			return err
		}
	}
	d.judge(&whole)
	return d.box.Tell(ctx, whole)
}

// judge says what the whole came to, and whether the job must give up. That
// there is nothing in a complete export can mean that there is nothing, or that
// no service answered: the service calls both complete.
func (d *download) judge(whole *schema.Result) {
	found := whole.Found == schema.FoundData
	switch {
	case d.mark.Why == "" && !found:
		whole.Code = schema.CodeExportEmpty
	case d.mark.Why == "":
	case found:
		whole.Found, whole.Code = schema.FoundPart, d.mark.Why
	case d.mark.Why == schema.CodeExportExpired:
		whole.Found, whole.Code, d.mark.Fate = schema.FoundExpired, d.mark.Why, d.mark.Why
	default:
		whole.Found, whole.Code, d.mark.Fate = schema.FoundFailed, d.mark.Why, d.mark.Why
	}
}

// place is the product that a file is of, in Microsoft's own terms: its path, or
// its number where it has no name that is known. It never holds anything else of
// a file's name, which an agent chooses freely.
func place(name string) string {
	if product := graphexport.Product(name); product != "" {
		return product
	}
	if parts := strings.Split(name, "/"); len(parts) == 4 && len(parts[2]) <= 6 && strings.Trim(parts[2], "0123456789") == "" {
		return parts[2]
	}
	return "Miscellaneous"
}
