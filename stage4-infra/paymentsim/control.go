package paymentsim

import (
	"encoding/json"
	"net/http"
)

// faultsJSON is what PUT /faults takes and GET /faults shows. Seed 0 keeps the seed of the provider.
type faultsJSON struct {
	Seed   uint64  `json:"seed"`
	Faults []Fault `json:"faults"`
}

func (p *Provider) showFaults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, p.faults.state())
}

func (p *Provider) putFaults(w http.ResponseWriter, r *http.Request) {
	var wanted faultsJSON
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&wanted)
	if err == nil {
		err = p.SetFaults(wanted.Seed, wanted.Faults...)
	}
	if err != nil {
		out := invalid(err.Error()).reply()
		writeJSON(w, out.status, out.body)
		return
	}
	state := p.faults.state()
	p.logf("%d faults, seed %d", len(state.Faults), state.Seed)
	writeJSON(w, http.StatusOK, state)
}

// showCharges lets others compare the provider's books with theirs.
func (p *Provider) showCharges(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"charges": p.books.list(), "net": p.books.net()})
}
