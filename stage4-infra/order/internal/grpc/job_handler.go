package grpc

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/auth"
)

// JobHandler implements orderv1.JobServiceServer.
type JobHandler struct {
	orderv1.UnimplementedJobServiceServer
	run      *usecase.RunJob
	backfill *usecase.BackfillJob
	get      *usecase.GetJobExecution
	list     *usecase.ListJobExecutions
}

// NewJobHandler returns a handler for the use cases.
func NewJobHandler(
	run *usecase.RunJob, backfill *usecase.BackfillJob, get *usecase.GetJobExecution, list *usecase.ListJobExecutions,
) *JobHandler {
	return &JobHandler{run: run, backfill: backfill, get: get, list: list}
}

// jobRules are the part of Rules for JobService.
func jobRules() auth.Rules {
	return auth.Rules{
		orderv1.JobService_RunJob_FullMethodName:            {auth.Admin},
		orderv1.JobService_BackfillJob_FullMethodName:       {auth.Admin},
		orderv1.JobService_GetJobExecution_FullMethodName:   {auth.Admin},
		orderv1.JobService_ListJobExecutions_FullMethodName: {auth.Admin},
	}
}

// RunJob does one window.
func (h *JobHandler) RunJob(ctx context.Context, req *orderv1.RunJobRequest) (*orderv1.RunJobResponse, error) {
	run, err := h.run.Execute(ctx, dto.RunJob{Job: req.GetName(), Window: req.GetWindow()})
	if err != nil {
		return nil, err
	}
	execution, err := fromExecution(run.Execution)
	if err != nil {
		return nil, err
	}
	return &orderv1.RunJobResponse{Execution: execution, Replayed: run.Replayed}, nil
}

// BackfillJob does the windows of a range.
func (h *JobHandler) BackfillJob(ctx context.Context, req *orderv1.BackfillJobRequest) (*orderv1.BackfillJobResponse, error) {
	results, err := h.backfill.Execute(ctx, dto.BackfillJob{Job: req.GetName(), From: req.GetFrom(), To: req.GetTo()})
	if err != nil {
		return nil, err
	}
	out, err := fromWindowResults(results)
	if err != nil {
		return nil, err
	}
	return &orderv1.BackfillJobResponse{Results: out}, nil
}

// GetJobExecution returns one execution.
func (h *JobHandler) GetJobExecution(
	ctx context.Context, req *orderv1.GetJobExecutionRequest,
) (*orderv1.GetJobExecutionResponse, error) {
	e, err := h.get.Execute(ctx, req.GetName(), req.GetId())
	if err != nil {
		return nil, err
	}
	execution, err := fromExecution(e)
	if err != nil {
		return nil, err
	}
	return &orderv1.GetJobExecutionResponse{Execution: execution}, nil
}

// ListJobExecutions returns a page of executions.
func (h *JobHandler) ListJobExecutions(
	ctx context.Context, req *orderv1.ListJobExecutionsRequest,
) (*orderv1.ListJobExecutionsResponse, error) {
	page, err := h.list.Execute(ctx, dto.ListExecutions{Job: req.GetName(), Page: req.GetPage(), Size: req.GetPageSize()})
	if err != nil {
		return nil, err
	}
	executions, err := fromExecutions(page.Executions)
	if err != nil {
		return nil, err
	}
	return &orderv1.ListJobExecutionsResponse{
		Executions: executions, Page: int32(page.Number), PageSize: int32(page.Size), Total: page.Total,
	}, nil
}
