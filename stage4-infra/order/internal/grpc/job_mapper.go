package grpc

import (
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
	"shop/platform/job"
)

var jobStatuses = map[job.Status]orderv1.JobStatus{
	job.Running:   orderv1.JobStatus_JOB_STATUS_RUNNING,
	job.Succeeded: orderv1.JobStatus_JOB_STATUS_SUCCEEDED,
	job.Failed:    orderv1.JobStatus_JOB_STATUS_FAILED,
}

var jobTriggers = map[job.Trigger]orderv1.JobTrigger{
	job.Cron:     orderv1.JobTrigger_JOB_TRIGGER_CRON,
	job.API:      orderv1.JobTrigger_JOB_TRIGGER_API,
	job.Backfill: orderv1.JobTrigger_JOB_TRIGGER_BACKFILL,
}

func fromExecutions(executions []job.Execution) ([]*orderv1.JobExecution, error) {
	out := make([]*orderv1.JobExecution, len(executions))
	for i, e := range executions {
		var err error
		if out[i], err = fromExecution(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fromExecution(e job.Execution) (*orderv1.JobExecution, error) {
	out := &orderv1.JobExecution{
		Id:        e.ID,
		JobName:   e.Job,
		Window:    e.Window,
		Trigger:   jobTriggers[e.Trigger],
		Status:    jobStatuses[e.Status],
		Attempt:   int32(e.Attempt),
		StartedAt: timestamppb.New(e.StartedAt),
		Error:     e.Error,
	}
	if !e.FinishedAt.IsZero() {
		out.FinishedAt = timestamppb.New(e.FinishedAt)
	}
	if len(e.Result) > 0 {
		out.Result = &structpb.Struct{}
		if err := out.Result.UnmarshalJSON(e.Result); err != nil {
			return nil, fmt.Errorf("read result of execution %s: %w", e.ID, err)
		}
	}
	return out, nil
}

func fromWindowResults(results []dto.WindowResult) ([]*orderv1.WindowResult, error) {
	out := make([]*orderv1.WindowResult, len(results))
	for i, result := range results {
		out[i] = &orderv1.WindowResult{Window: result.Window}
		if result.Err != nil {
			out[i].Code, out[i].Reason, out[i].Message = int32(result.Err.Code), result.Err.Reason, result.Err.Message
		}
		if result.Execution == nil {
			continue
		}
		var err error
		if out[i].Execution, err = fromExecution(*result.Execution); err != nil {
			return nil, err
		}
	}
	return out, nil
}
