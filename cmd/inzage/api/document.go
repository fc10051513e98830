package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"inzage/schema"
)

// document makes the OpenAPI document, in each language: the operations and types
// are those of the code, the words are in the catalog.
func (a *API) document() (map[schema.Lang][]byte, error) {
	made := make(map[schema.Lang][]byte)
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		w := wording{a, l}
		text, err := json.Marshal(w.document(a.register(http.NewServeMux()).OpenAPI()))
		if err != nil {
			return nil, schema.Fail(schema.CodeInternal, "make API document", err)
		}
		var out bytes.Buffer
		if err := json.Indent(&out, text, "", "  "); err != nil {
			return nil, schema.Fail(schema.CodeInternal, "make API document", err)
		}
		out.WriteByte('\n')
		made[l] = out.Bytes()
	}
	return made, nil
}

// wording puts the words of one language into a document.
type wording struct {
	a    *API
	lang schema.Lang
}

// noWords begins what stands where the catalog has no words. A test finds it; the
// service does not stop for it.
const noWords = "no text: "

// say returns the text of the first of the keys that there is.
func (w *wording) say(keys ...string) string {
	for _, key := range keys {
		if w.a.Catalog.HasText(key) {
			return w.a.Catalog.Text(w.lang, key)
		}
	}
	return noWords + strings.Join(keys, " or ")
}

func (w *wording) document(doc *huma.OpenAPI) *huma.OpenAPI {
	doc.Info.Title, doc.Info.Description = w.say("api.title"), w.say("api.lead")
	doc.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		security: {Type: "http", Scheme: "bearer", Description: w.say("api.token")},
	}
	schemas := doc.Components.Schemas.Map()
	// Problems are ours, not huma's.
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil {
				w.operation(op)
			}
		}
	}
	closed(schemas)
	for name, s := range schemas {
		w.fields(name, s)
	}
	return doc
}

func (w *wording) operation(op *huma.Operation) {
	op.Summary, op.Description = w.say("api.op."+op.OperationID), w.say("api.op."+op.OperationID+".long")
	for _, p := range op.Parameters {
		p.Description = w.say("api.param."+op.OperationID+"."+p.Name, "api.param."+p.Name)
	}
	if made := op.Responses["201"]; made != nil && op.OperationID == createID { // sent again
		op.Responses["200"] = &huma.Response{Content: made.Content, Headers: map[string]*huma.Header{"Location": {Schema: made.Headers["Location"].Schema}}}
	}
	for status, r := range op.Responses {
		r.Description = w.say("api.answer."+op.OperationID+"."+status, "api.answer."+status)
		for _, h := range r.Headers {
			h.Description = w.say("api.answer.location")
		}
	}
}

// fields says what each field of a type holds. A field means the same in every type
// that has no words of its own for it.
func (w *wording) fields(name string, s *huma.Schema) {
	for field, p := range s.Properties {
		text := w.say("api.field."+name+"."+field, "api.field."+field)
		if p.Ref != "" { // in OpenAPI 3.1 words can stand beside a reference; huma drops them
			continue
		}
		p.Description = text
	}
}

// closed puts the closed lists of codes into the document, from where they are
// decided.
func closed(schemas map[string]*huma.Schema) {
	set := func(name, field string, values ...string) {
		if s, ok := schemas[name]; ok && s.Properties[field] != nil {
			for _, v := range values {
				s.Properties[field].Enum = append(s.Properties[field].Enum, v)
			}
		}
	}
	set("Standing", "state", texts(schema.States())...)
	set("Standing", "channel", texts(schema.Channels())...)
	set("Standing", "lang", string(schema.Dutch), string(schema.English))
}

func texts[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}
