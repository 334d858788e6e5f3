package usecase

import "context"

// Execute fills a new generation from the orders and then shows it. An interrupted run leaves everything as it was; the next one starts
// again.
func (u *RebuildOrderList) Execute(ctx context.Context) error {
	// TODO: begin, copy page by page, activate, delete what is old.
	return nil
}

//stagecraft:drop
func (u *RebuildOrderList) copy() {}

//stagecraft:drop
func (u *RebuildOrderList) deleteOld() {}
